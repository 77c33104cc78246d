"""Columns of Arrow's as arrays."""

from __future__ import annotations

import pyarrow as pa
import pytest

from losscli.inputs import arrow
from losscli.inputs.arrow import Misplaced, words

WORDS = [" cat", "dog ", "", "  ", None, "dog"]


@pytest.mark.parametrize(
    ("strip", "expected"),
    [(False, WORDS), (True, ["cat", "dog", None, None, None, "dog"])],
)
@pytest.mark.parametrize("few", [0, len(WORDS)])
def test_words_read_one_by_one_are_those_that_are_numbered(
    monkeypatch: pytest.MonkeyPatch, few: int, strip: bool, expected: list[str | None]
) -> None:
    monkeypatch.setattr(arrow, "_FEW", few)
    assert words(pa.array(WORDS), strip=strip).tolist() == expected


@pytest.mark.parametrize("few", [0, 1])
def test_words_of_another_encoding_are_refused(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(arrow, "_FEW", few)
    latin = pa.StringArray.from_buffers(
        1, pa.py_buffer(b"\0\0\0\0\4\0\0\0"), pa.py_buffer(b"caf\xe9")
    )
    with pytest.raises(Misplaced, match="not UTF-8"):
        words(latin)
