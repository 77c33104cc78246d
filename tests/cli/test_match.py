"""`losscli match`: where a number comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from losscli.cli import output
from tests.cli.program import Here, Write

FOREST = str(Path(__file__).parents[2] / "sample_data" / "breast_cancer.csv")


def test_the_simplest_way_comes_first_with_its_flags(here: Here) -> None:
    answer = here("match", "0.5511", FOREST, "-p", "prob_rf")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[:2] == [
        "0.5511 is binary cross entropy (bce) by the torch convention",
        "    0.5511007195644578",
    ]
    assert lines[-1].endswith("-p prob_rf -l bce --like torch")


def test_a_negative_number_is_no_option(here: Here) -> None:
    answer = here("match", "-0.5511", FOREST, "-p", "prob_rf")
    assert answer.code == 0
    assert "with the sign turned" in answer.out
    assert here("match", "--format=json", "-5e-1", FOREST, "-p", "prob_rf").code == 0


def test_near_misses_are_shown_where_they_are_asked_for(here: Here) -> None:
    words = ("match", "0.1824", FOREST, "-p", "prob_rf")
    assert "Near misses" not in here(*words).out
    assert "Near misses" in here(*words, "--near").out


def test_nothing_of_numpys_leaks(here: Here) -> None:
    answer = here("match", "0.777", FOREST, "-p", "logit")
    assert "Warning" not in answer.err


def test_float32_is_no_unusual_thing_for_a_framework_that_computes_in_it(here: Here) -> None:
    answer = here("match", "0.1824", FOREST, "-p", "prob_rf")
    assert "by the keras convention" in answer.out
    assert "predictions cast to float32, the default of Keras and PyTorch" in answer.out
    assert "unusual" not in answer.out
    command = answer.out.rpartition("losscli ")[2].replace("\\\n", " ").split()
    assert f"{here(*command, '-q').number:.4f}" == "0.1824"


def test_json_holds_every_way(here: Here) -> None:
    answer = here("match", "0.5511", FOREST, "-p", "prob_rf", "--format", "json")
    assert answer.json["target"] == "0.5511"
    assert answer.json["matches"][0]["flags"] == "-l bce --like torch"


def test_where_nothing_fits_it_says_so(here: Here) -> None:
    answer = here("match", "123.45", FOREST, "-p", "prob_rf")
    assert answer.code == 0
    assert answer.out.startswith("Nothing that was tried gives 123.45.")
    assert "What these score:" in answer.out
    command = answer.out.splitlines()[-1].split()
    assert command == ["losscli", str(FOREST), "-p", "prob_rf"]
    assert here(*command[1:]).code == 0


def test_loss_narrows_the_search(here: Here) -> None:
    answer = here("match", "0.04", FOREST, "-p", "prob_rf", "-l", "brier", "--format", "json")
    assert {match["loss"] for match in answer.json["matches"]} == {"brier"}


@pytest.mark.parametrize("columns", [40, 80])
def test_it_keeps_to_the_screen(here: Here, tmp_path: Path, columns: int) -> None:
    # A path is never broken, however long.
    (tmp_path / "forest.csv").symlink_to(FOREST)
    answer = here("match", "0.1824", "forest.csv", "-p", "prob_rf", columns=columns)
    assert max(map(len, answer.out.splitlines())) <= columns


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "which number?"),
        (("0.5",), "which number?"),
        (("half", FOREST, "-p", "prob"), "is no number"),
        (("0.5", FOREST, "-p", "prob", "--batch-size", "0"), "not a whole number"),
        (("0.5", FOREST, "-p", "prob", "-l", "nope"), "no loss is called"),
    ],
)
def test_what_makes_no_sense_is_refused(here: Here, words: tuple[str, ...], said: str) -> None:
    answer = here("match", *words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_what_was_read_as_what_is_said(here: Here, write: Write) -> None:
    text = "id,y,prob,note\n1,1,0.9,7\n2,0,0.2,8\n3,0,0.6,7\n4,1,0.7,9\n"
    write("a.csv", text)
    for command in (("match", "0.4004"), ("why", "0.4004", "0.0975")):
        answer = here(*command, "a.csv")
        assert answer.code == 0
        assert answer.err.count("prediction from column prob") == 1
        assert "not used: id, note" in answer.err


def test_on_a_terminal_it_is_said_once_beneath_the_hit(
    here: Here, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "on_terminal", lambda file=None: file is None)
    write("a.csv", "id,y,prob\n1,1,0.9\n2,0,0.2\n3,0,0.6\n4,1,0.7\n")
    read = "a.csv: prediction from column prob; label from column y · not used: id"
    answer = here("match", "0.4004", "a.csv", columns=100)
    assert answer.err == ""
    lines = answer.out.splitlines()
    assert lines[0].startswith("0.4004 is binary cross entropy")
    assert lines[-1] == read
    assert lines[-3].strip().startswith("losscli a.csv")
    assert read in here("match", "0.4004", "a.csv", "--format", "json").err
    failed = here("match", "0.4004", "a.csv", "-l", "nope")
    assert (failed.code, failed.err.count(read)) == (2, 1)


def test_what_eval_asks_match_asks(here: Here, write: Write) -> None:
    write("a.csv", "y,pred\n1,90\n0,20\n0,60\n")
    asked = here("match", "0.4149", "a.csv")
    assert (asked.code, asked.out) == (2, "")
    assert "\n  losscli match 0.4149 a.csv --kind percent\n" in asked.err
    answer = here("match", "0.4149", "a.csv", "--kind", "percent")
    assert "losscli a.csv --kind percent -l bce" in answer.out
