"""Commands to copy: however narrow the screen, a shell reads the same words."""

from __future__ import annotations

import shlex

import pytest

from losscli.render.commands import command_lines

COMMANDS = (
    "losscli rows model_b.csv labels.csv -p prob -y label --top 5",
    "losscli rows 'my model of wide names.csv' -p 'a column' --top 5",
    """losscli eval it"'"s.csv -p "a b" -q""",
    "losscli eval p.npy y.npy -l focal:gamma=2,alpha=0.25 --like keras",
)


@pytest.mark.parametrize("width", [20, 40, 60, 200])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_shell_takes_the_lines_as_one(command: str, width: int) -> None:
    lines = command_lines(command, width)
    assert shlex.split("\n".join(lines).replace("\\\n", " ")) == shlex.split(command)
    assert all(line.endswith(" \\") for line in lines[:-1])


def test_a_flag_stays_with_its_value() -> None:
    lines = command_lines(COMMANDS[0], 40)
    assert lines == [
        "losscli rows model_b.csv labels.csv \\",
        "  -p prob -y label --top 5",
    ]


def test_what_fits_stands_on_one_line() -> None:
    assert command_lines(COMMANDS[0], len(COMMANDS[0])) == [COMMANDS[0]]
