"""safetensors files: what the library writes is read, in blocks; damage is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli import evaluate
from losscli.errors import DataError, UsageError

RNG = np.random.default_rng(11)
LOGITS = RNG.normal(scale=3.0, size=(5, 6, 9)).astype(np.float32)
LABEL = RNG.integers(0, 9, (5, 6))


def written(path: Path, tensors: dict[str, tuple[str, Any]], *, aligned: bool = True) -> str:
    """A file laid out as huggingface/safetensors 0.6 does: header padded to 8 bytes by blanks."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, (dtype, array) in tensors.items():
        raw = array.tobytes()
        offsets = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": offsets}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8 if aligned else 0)
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return str(path)


@pytest.mark.parametrize(
    ("dtype", "stored"),
    [
        ("F64", LOGITS.astype(np.float64)),
        ("F32", LOGITS),
        ("F16", LOGITS.astype(np.float16)),
        ("BF16", (LOGITS.view(np.uint32) >> 16).astype(np.uint16)),
    ],
)
def test_numbers_of_every_width_are_those_that_are_stored(
    tmp_path: Path, dtype: str, stored: Any
) -> None:
    path = written(tmp_path / "z.safetensors", {"logits": (dtype, stored)}, aligned=False)
    numbers = stored
    if dtype == "BF16":
        numbers = (stored.astype(np.uint32) << 16).view(np.float32)
    assert evaluate(path, LABEL, "ce", threads=2)["ce"].value == (
        evaluate(numbers.astype(np.float64), LABEL, "ce")["ce"].value
    )


def test_several_tensors_are_told_apart_by_their_names(tmp_path: Path) -> None:
    path = written(
        tmp_path / "eval.safetensors",
        {"hidden": ("F32", LOGITS[:, :, :2]), "logits": ("F32", LOGITS), "labels": ("I64", LABEL)},
    )
    report = evaluate(path, None, "ce")
    assert report["ce"].value == evaluate(LOGITS, LABEL, "ce")["ce"].value
    assert any("not used: hidden" in note for note in report.notes)
    assert evaluate(f"{path}::logits", f"{path}::labels", "ce")["ce"] is not None
    with pytest.raises(UsageError, match="has no tensor 'logit'") as refused:
        evaluate(f"{path}::logit", LABEL, "ce")
    assert "hidden, logits, labels" in refused.value.hint


def header(entry: dict[str, Any]) -> bytes:
    text = json.dumps({"z": entry}).encode()
    return len(text).to_bytes(8, "little") + text


GOOD = {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (header(GOOD) + bytes(12), "is truncated"),
        (header(GOOD | {"shape": [3, 2]}) + bytes(16), "offsets that hold 16"),
        (header(GOOD | {"data_offsets": [16, 0]}) + bytes(16), "damaged safetensors header"),
        (header(GOOD | {"shape": "2x2"}) + bytes(16), "damaged safetensors header"),
        (header(GOOD | {"dtype": "F8_E4M3"}) + bytes(16), "type F8_E4M3, which are not read"),
        (header(GOOD | {"shape": []}) + bytes(16), "offsets that hold 16|without a shape"),
        ((2).to_bytes(8, "little") + b"{}" + bytes(4), "holds no tensor"),
        ((9).to_bytes(8, "little") + b'{"z": [1]' + bytes(4), "damaged safetensors header"),
    ],
)
def test_damage_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "z.safetensors"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        evaluate(str(path), np.zeros(2), "mse")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data + b"and so on", "9 bytes after its tensors"),
        (lambda data: data.replace(b"logits", b"labels"), "'labels' is given twice"),
        (lambda data: data.replace(b"[5, 6]", b"[1e999]"), "damaged safetensors header"),
    ],
)
def test_a_file_says_all_that_it_holds_and_once(tmp_path: Path, change: Any, said: str) -> None:
    path = tmp_path / "z.safetensors"
    written(path, {"logits": ("F32", LOGITS), "labels": ("I64", LABEL)}, aligned=False)
    data = change(path.read_bytes())
    start = data.index(b"{")
    end = data.index(b"}}") + 2
    path.write_bytes((end - start).to_bytes(8, "little") + data[start:])
    with pytest.raises(DataError, match=said):
        evaluate(f"{path}::labels", LABEL, "mse")
