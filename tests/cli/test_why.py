"""`losscli why`: what makes the difference between two numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import Here

FOREST = str(Path(__file__).parents[2] / "sample_data" / "breast_cancer.csv")


def test_it_says_whose_they_are_and_what_differs(here: Here) -> None:
    answer = here("why", "0.5511", "0.2706", FOREST, "-p", "prob_rf")
    assert answer.code == 0
    assert "0.5511 is binary cross entropy (bce) by the torch convention" in answer.out
    assert "by the sklearn convention, not torch" in answer.out
    assert "row 19: 100 in the first, 36.0437 in the second" in answer.out


def test_json_holds_the_parts_and_the_commands(here: Here) -> None:
    answer = here("why", "0.5511", "0.2706", FOREST, "-p", "prob_rf", "--format", "json")
    document = answer.json
    assert document["numbers"] == ["0.5511", "0.2706"]
    assert document["parts"][0]["change"] == document["change"]
    assert [command.split(" -l ")[1] for command in document["commands"]] == [
        "bce --like torch",
        "bce --like sklearn",
    ]


@pytest.mark.parametrize("columns", [40, 80])
def test_it_keeps_to_the_screen(here: Here, columns: int) -> None:
    answer = here("why", "0.5511", "0.2706", FOREST, "-p", "prob_rf", columns=columns)
    long = [line for line in answer.out.splitlines() if len(line) > columns]
    assert not [line for line in long if "breast_cancer" not in line]


@pytest.mark.parametrize("words", [(), ("0.5",), ("0.5", "0.6")])
def test_what_is_missing_is_asked_for(here: Here, words: tuple[str, ...]) -> None:
    answer = here("why", *words)
    assert (answer.code, answer.out) == (2, "")
    assert "which two numbers?" in answer.err
