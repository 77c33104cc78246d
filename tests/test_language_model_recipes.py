"""Every command of docs/language_models.md runs on files such as the page speaks of."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli.cli.app import execute
from tests.cli.program import SAMPLES
from tests.inputs.test_llama_cpp import LOGITS, written
from tests.inputs.test_safetensors import written as tensors

PAGE = (SAMPLES.parent / "docs" / "language_models.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines()]


def lines(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def samples(rng: np.random.Generator) -> list[dict[str, Any]]:
    records = []
    for place in range(30):
        likelihoods = -rng.gamma(3.0, size=4)
        target = place * 7 % 4
        pairs = [[str(each), "False"] for each in likelihoods.tolist()]
        texts = [{"arg_0": "Q?", "arg_1": f" {'long ' * k}word"} for k in range(4)]
        records.append(
            {
                "doc_id": place,
                "target": str(target),
                "arguments": {f"gen_args_{k}": each for k, each in enumerate(texts)},
                "resps": [[pair] for pair in pairs],
                "filtered_resps": pairs,
                "acc": float(likelihoods.argmax() == target),
            }
        )
    return records


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the page speaks of."""
    made = tmp_path_factory.mktemp("language_models")
    rng = np.random.default_rng(12)
    logits = rng.normal(size=(6, 20, 9)).astype(np.float32)
    label = rng.integers(0, 9, (6, 20))
    label[:, :3] = -100
    np.savez(made / "eval.npz", predictions=logits, label_ids=label)
    tensors(made / "eval.safetensors", {"logits": ("F32", logits), "labels": ("I64", label)})
    np.save(made / "base.npy", logits)
    np.save(made / "q4.npy", logits + rng.normal(scale=0.1, size=logits.shape).astype(np.float32))
    np.save(made / "tokens.npy", label)
    written(made / "base.kld", LOGITS)
    written(made / "q4.kld", LOGITS + rng.normal(scale=0.1, size=LOGITS.shape).astype(np.float32))
    contents = [
        [
            {"token": f" t{k}", "logprob": -float(rng.gamma(2.0)), "bytes": list(b" t0")}
            for k in range(int(rng.integers(3, 12)))
        ]
        for _ in range(20)
    ]
    lines(
        made / "responses.jsonl",
        [{"id": "r", "choices": [{"logprobs": {"content": each}}]} for each in contents],
    )
    for name, factor in (("base", 1.0), ("tuned", 0.9)):
        lines(
            made / f"{name}_logprobs.jsonl",
            [
                {
                    "token_logprobs": [None, *(factor * token["logprob"] for token in each)],
                    "text": "a word" * len(each),
                }
                for each in contents
            ],
        )
    for name in ("arc_easy", "a", "b"):
        lines(made / f"samples_{name}.jsonl", samples(rng))
    filters = ("strict-match", "flexible-extract")
    lines(
        made / "samples_gsm8k.jsonl",
        [
            {"doc_id": place, "doc_hash": f"{place:x}", "filter": name, "exact_match": place % 2}
            for name in filters
            for place in range(20)
        ],
    )
    return made


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_runs(
    command: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    program, *words = shlex.split(command)
    assert program == "losscli"
    assert execute(words) == 0, capsys.readouterr().err
    if "-o" not in words:
        assert capsys.readouterr().out


def test_what_the_page_calls_acc_is_that_of_the_samples(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    found = []
    for words in ("-l accuracy --score", "--score-col acc --higher-is-better"):
        assert execute(["samples_arc_easy.jsonl", *words.split(), "-q"]) == 0
        found.append(float(capsys.readouterr().out))
    assert found[0] == pytest.approx(found[1], rel=1e-15)
