"""Numbers at the edge of what float64 holds."""

from __future__ import annotations

from pathlib import Path

import losscli


def test_whole_numbers_that_text_rounds_are_said(tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    file.write_text("pred,label\n9007199254740993,9007199254740992\n1,2\n")
    notes = losscli.evaluate(str(file), losses="mae").notes
    assert any("beyond 2⁵³" in note and "rounded" in note for note in notes)
