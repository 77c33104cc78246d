"""Every verb, and the Python API, takes the same columns of a file, or asks the same question."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

import losscli
from tests.cli.program import Answer, Here

ROWS = range(24)
ANSWERS = [n * 5 % 7 % 2 for n in ROWS]
RISKS = [round(0.01 + n * 37 % 97 / 100, 2) for n in ROWS]
MEMBERS = [f"k{n * 7 % 24:02}" for n in ROWS]
SPECIES = [("cat", "dog", "owl")[n % 3] for n in ROWS]
THIRD = [0.125, 0.25, 0.625]

VERBS = ("eval", "rows", "check", "compare", "batch", "recommend", "match")


def csv(**columns: Sequence[object]) -> str:
    """Columns as CSV."""
    rows = zip(*columns.values(), strict=True)
    return "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n"


@dataclass(frozen=True)
class Given:
    """Files, the columns of each role that are to be read of them, and further words of notes.

    `asks` are the choices of a question, in place of the roles.
    """

    files: Mapping[str, object]
    pred: str = ""
    label: str = ""
    loss: str = "bce"
    says: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    named: losscli.Columns = field(default_factory=losscli.Columns)


GIVEN = {
    "a key in another order": Given(
        {
            "a.csv": csv(Member=MEMBERS, risk=RISKS),
            "y.csv": csv(seen=ANSWERS[::-1], Member=MEMBERS[::-1]),
        },
        "risk",
        "seen",
        says=("key from column Member", "rows paired by Member"),
        named=losscli.Columns(id="Member"),
    ),
    "classes in another order, and their words": Given(
        {
            "a.csv": csv(
                species=SPECIES,
                p_owl=[THIRD[n % 3] for n in ROWS],
                p_cat=[THIRD[(n + 1) % 3] for n in ROWS],
                p_dog=[THIRD[(n + 2) % 3] for n in ROWS],
            )
        },
        "p_owl, p_cat, p_dog",
        "species",
        "ce",
        named=losscli.Columns(pred="p_*", label="species"),
    ),
    "an answer and a probability by their looks": Given(
        {"a.csv": csv(churned=ANSWERS, risk=RISKS)},
        "risk",
        "churned",
        named=losscli.Columns(pred="risk", label="churned"),
    ),
    "a hard class beside its probability": Given(
        {"a.csv": csv(y_true=ANSWERS, y_pred=[int(p > 0.5) for p in RISKS], y_prob=RISKS)},
        "y_prob",
        "y_true",
        says=("not used: y_pred",),
        named=losscli.Columns(pred="y_prob", label="y_true"),
    ),
    "a weight left out": Given(
        {"a.csv": csv(target=ANSWERS, pred=RISKS, weight=[1 + n % 3 for n in ROWS])},
        "pred",
        "target",
        says=("not used: weight (--weight-col weight)",),
        named=losscli.Columns(pred="pred", label="target"),
    ),
    "nested records": Given(
        {
            "a.json": json.dumps(
                [{"output": {"prob": p}, "label": y} for p, y in zip(RISKS, ANSWERS, strict=True)]
            )
        },
        "output.prob",
        "label",
        named=losscli.Columns(pred="output.prob", label="label"),
    ),
    "an archive": Given({"a.npz": {"y_true": ANSWERS, "y_pred": RISKS}}, "y_pred", "y_true"),
    "quantiles by their names": Given(
        {"a.csv": csv(y=[3.5 * p for p in RISKS], q10=RISKS, q90=[p + 1 for p in RISKS])},
        "q10, q90",
        "y",
        "pinball",
        named=losscli.Columns(pred="q*", label="y"),
    ),
    "two predictions": Given(
        {"a.csv": csv(y=ANSWERS, p_a=RISKS, score=RISKS[::-1])},
        asks=("--pred-col p_a", "--pred-col score"),
    ),
    "percent": Given(
        {"a.csv": csv(label=ANSWERS, prediction=[100 * p for p in RISKS])},
        asks=("--kind logit", "--kind percent"),
    ),
}
EACH = pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)


@pytest.fixture(autouse=True)
def files(given: Given, tmp_path: Path) -> None:
    """The files that are given, and the predictions of a second model beside them."""
    for name, content in given.files.items():
        if isinstance(content, dict):
            np.savez(tmp_path / name, **content)
        else:
            (tmp_path / name).write_text(str(content))
    first = next(iter(given.files))
    (tmp_path / f"other{Path(first).suffix}").write_bytes((tmp_path / first).read_bytes())


def typed(verb: str, given: Given) -> list[str]:
    """What is typed for that verb."""
    pred, *label = given.files
    flag = [f"--label={name}" for name in label]
    return {
        "eval": [pred, *label, "-l", given.loss],
        "rows": [pred, *label, "-l", given.loss],
        "check": [pred, *label, "--max", f"{given.loss}=99"],
        "compare": [pred, f"other{Path(pred).suffix}", *flag, "-l", given.loss],
        "batch": [pred, *flag, "-l", given.loss, "--format", "json"],
        "recommend": [pred, *label],
        "match": ["0.5", pred, *label],
    }[verb]


def read(notes: str) -> dict[str, str]:
    """The columns of each role, as notes say."""
    return dict(re.findall(r"(prediction|label) from (?:columns?|array) (.+?)(?=;| ·|\n|$)", notes))


def asked(answer: Answer) -> set[str]:
    """The choices of a question: the two words by which each command ends."""
    commands = [line for line in answer.err.splitlines() if line.startswith("  losscli ")]
    return {" ".join(shlex.split(command)[-2:]) for command in commands}


@EACH
def test_each_verb_reads_the_same(given: Given, here: Here) -> None:
    for verb in VERBS:
        answer = here(verb, *typed(verb, given))
        if given.asks:
            assert (answer.code, answer.out) == (2, ""), verb
            assert asked(answer) == set(given.asks), verb
            continue
        assert answer.code in (0, 1), (verb, answer.err)
        notes = answer.err
        if verb == "batch":
            notes = "\n".join(answer.json["places"][0]["row"]["notes"])
        assert read(notes) == {"prediction": given.pred, "label": given.label}, verb
        assert all(words in notes for words in given.says), verb


@EACH
def test_so_does_the_python_api(given: Given, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in given.files]
    pred, label = paths[0], paths[1] if len(paths) > 1 else None
    if given.asks:
        for call in (
            lambda: losscli.evaluate(pred, label, losses=given.loss),
            lambda: losscli.gradient(pred, label, given.loss),
            lambda: losscli.rows(pred, label, losses=given.loss),
            lambda: losscli.recommend(pred, label),
        ):
            with pytest.raises(losscli.UsageError) as error:
                call()
            assert {" ".join(each.words) for each in error.value.choices} == set(given.asks)
        return
    report = losscli.evaluate(pred, label, losses=given.loss)
    notes = "\n".join(report.notes)
    assert read(notes) == {"prediction": given.pred, "label": given.label}
    named = losscli.evaluate(pred, label, losses=given.loss, columns=given.named)
    assert report.results[0].value == named.results[0].value
    np.testing.assert_array_equal(
        losscli.gradient(pred, label, given.loss),
        losscli.gradient(pred, label, given.loss, columns=given.named),
    )
    by_row = losscli.rows(pred, label, losses=given.loss).report
    assert (by_row.notes, by_row.results[0].value) == (report.notes, report.results[0].value)
