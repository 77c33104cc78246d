"""Where a command fails, it says which of its files are not there, or still the old ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import Here, Write

Pair = tuple[str, str]


def test_a_file_that_was_to_come_is_named(here: Here, pair: Pair) -> None:
    answer = here("eval", "missing.npy", pair[1], "-o", "report.json")
    assert answer.code == 3
    assert answer.err.splitlines()[-1] == "losscli: report.json was not written"


def test_an_old_file_is_left_and_that_is_said(here: Here, write: Write, pair: Pair) -> None:
    write("report.json", "old")
    answer = here("eval", "missing.npy", pair[1], "-o", "report.json")
    assert answer.err.splitlines()[-1] == "losscli: report.json is left as it was"
    assert Path("report.json").read_text() == "old"


def test_of_several_files_only_those_that_are_missing(here: Here, pair: Pair) -> None:
    words = ("check", *pair, "--max", "bce=9", "--junit", "x.xml", "--metrics", "no/folder.json")
    answer = here(*words)
    assert answer.code == 2
    assert "written to x.xml" in answer.err
    assert "no/folder.json cannot be written" in answer.err
    assert "x.xml was not" not in answer.err


@pytest.mark.parametrize("words", [("-o", "report.json"), ()])
def test_where_all_is_well_nothing_is_missed(
    here: Here, pair: Pair, words: tuple[str, ...]
) -> None:
    answer = here("eval", *pair, "-l", "bce", *words)
    assert answer.code == 0
    assert "not written" not in answer.err
    assert "left as it was" not in answer.err
