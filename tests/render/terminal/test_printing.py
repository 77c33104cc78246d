"""Blocks as the text of a screen."""

from __future__ import annotations

import pytest
from rich.table import Table
from rich.text import Text

from losscli.render.screen import Screen
from losscli.render.terminal.layout import hanging, indented, labelled
from losscli.render.terminal.printing import text_of

SAID = "half by 6 rows (2.6 %), for 80 % power, with p = 0.009 and [0.01, 0.02] at 95 %"


def in_a_table(text: Text) -> Table:
    table = Table.grid()
    table.add_column(overflow="fold")
    table.add_row(text)
    return table


@pytest.mark.parametrize("width", range(20, 60))
@pytest.mark.parametrize(
    "block",
    [
        indented,
        in_a_table,
        lambda text: hanging("•", text),
        lambda text: labelled([("note", text)]),
    ],
)
def test_no_line_of_any_block_ends_before_a_percent_sign(block: object, width: int) -> None:
    assert callable(block)
    text = text_of([block(Text(SAID, "dim"))], Screen(width))
    lines = [line.strip() for line in text.splitlines()]
    assert max(map(len, text.splitlines())) <= width
    assert not any(line.startswith(("%", "0.009", "0.02]")) for line in lines)
    assert SAID.split() == text.replace("•", "").replace("note", "").split()


def test_a_file_name_is_broken_at_its_separators_and_keeps_its_colour() -> None:
    name = "a_long_directory_name_model_predictions_final_v2.csv"
    text = text_of([indented(Text(name, "red", overflow="fold"))], Screen(40, color=True))
    first, second = text.splitlines()
    assert "a_long_directory_name_model_\x1b" in first
    assert "\x1b[31mpredictions_final_v2.csv" in second
