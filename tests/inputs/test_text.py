"""Text in blocks: cut where a row ends, and nowhere within quotes."""

from __future__ import annotations

import csv
import io

import pytest

from losscli.inputs import text
from losscli.inputs.text import row_blocks


def rows(block: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(block.decode(), newline="")))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_blocks_hold_whole_rows(end: str, size: int) -> None:
    cells = ["1", f'"two{end}lines"', '"a ""word"" in quotes"', f'"{end}"', "0"]
    whole = "".join(f"{cell},{place}{end}" for place, cell in enumerate(cells)).encode()
    pieces = [whole[place : place + size] for place in range(0, len(whole), size)]
    blocks = list(row_blocks(pieces, b'"'))
    assert b"".join(blocks) == whole
    assert [row for block in blocks for row in rows(block)] == rows(whole)
    assert size > len(whole) // 2 or len(blocks) > 2


def test_an_open_quote_is_not_looked_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_LONGEST_ROW", 100)
    with pytest.raises(csv.Error, match="never ends"):
        list(row_blocks([b'"' + b"a\n" * 200], b'"'))
