"""Where a line may end."""

from __future__ import annotations

import pytest

from losscli.render.line_breaks import cuts, filled, glued, unglued

PATH = "runs/a_long_directory_name/model_predictions_final_v2.csv"


@pytest.mark.parametrize(
    "words",
    ["46.5 %", "(p = 0.009)", "(95 %)", "[0.0222, 0.0422]", "± 0.03", "> 99.9 %", "(1 − p)"],
)
def test_a_number_keeps_to_its_unit_its_relation_and_its_brackets(words: str) -> None:
    for columns in range(20, 60):
        lines = filled(
            f"chance alone would show it for half of the rows {words} in the end", columns
        )
        assert any(words in line for line in lines)
        assert max(map(len, lines)) <= columns


def test_text_in_long_brackets_is_broken_between_its_words() -> None:
    lines = filled("(easy: the truth was given more than one half)", 20)
    assert len(lines) > 1
    assert max(map(len, lines)) <= 20


@pytest.mark.parametrize("columns", [30, 34, 40])
def test_a_name_goes_on_behind_a_separator(columns: int) -> None:
    lines = filled(f"written to {PATH} at last", columns, rest="  ")
    assert max(map(len, lines)) <= columns
    # A line ends with a whole word, with the end of the name, or within it behind a separator.
    whole = {"written", "to", "at"}
    ends = [line.split()[-1] for line in lines[:-1]]
    assert all(end in whole or end[-1] in "/_." or PATH.endswith(end) for end in ends)
    assert PATH in "".join(line.removeprefix("  ") for line in lines)


def test_a_part_without_a_separator_is_left_to_whoever_breaks_it() -> None:
    assert cuts("d41d8cd98f00b204e9800998ecf8427e", 20) == []


def test_glue_is_as_wide_as_a_blank_and_becomes_one() -> None:
    text = "half by 6 rows (2.6 %)"
    assert len(glued(text)) == len(text)
    assert unglued(glued(text)) == text
