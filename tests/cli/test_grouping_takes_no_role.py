"""A column that is named for groups, clusters, lists or keys keeps its place in the evidence.

Whatever column an option groups by, the number is that without the option, or there is a refusal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from tests.cli.program import Answer, Here, Write

ROWS = range(24)
ANSWERS = [n * 5 % 7 % 2 for n in ROWS]
OLD = [round(0.01 + n * 37 % 97 / 100, 2) for n in ROWS]
NEW = [round(0.02 + n * 41 % 89 / 100, 2) for n in ROWS]
PRICES = [round(200.5 + n * 53 % 71, 2) for n in ROWS]
SAID = [round(price + n % 5 - 1.75, 2) for n, price in enumerate(PRICES)]
STORES = [n * 7 % 4 + 2 for n in ROWS]
PETS = [("cat", "dog", "owl")[n % 3] for n in ROWS]
GUESSED = [("cat", "dog", "owl")[n * 5 % 11 % 3] for n in ROWS]
SHARES = ([0.5, 0.25, 0.125] * 8, [0.25, 0.25, 0.125] * 8, [0.25, 0.5, 0.75] * 8)
OPTIONS = ("--by-col", "--cluster-col", "--block-col", "--group-col", "--id-col")


@dataclass(frozen=True)
class Given:
    """Columns of one table, the loss asked for, and what is typed beside."""

    columns: dict[str, list[object]]
    loss: str = "bce"
    words: tuple[str, ...] = ()
    # The label, where names tell it.
    label: str = ""

    def csv(self) -> str:
        lines = [",".join(self.columns)]
        lines += [",".join(map(str, row)) for row in zip(*self.columns.values(), strict=True)]
        return "\n".join(lines) + "\n"


def columns(**given: Iterable[object]) -> dict[str, list[object]]:
    return {name: list(values) for name, values in given.items()}


GIVEN = {
    "two models": Given(
        columns(model_old=OLD, model_new=NEW, y_true=ANSWERS),
        words=("-p", "model_new"),
        label="y_true",
    ),
    "named": Given(columns(y_pred=OLD, y_true=ANSWERS, site=STORES), label="y_true"),
    "weighted": Given(
        columns(prob=OLD, label=ANSWERS, weight=STORES),
        words=("--weight-col", "weight"),
        label="label",
    ),
    "by look": Given(columns(risk=OLD, churned=ANSWERS)),
    "by look beside a group": Given(columns(risk=OLD, churned=ANSWERS, region=STORES)),
    "classes in names": Given(
        columns(p_cat=SHARES[0], p_dog=SHARES[1], p_owl=SHARES[2], kind=PETS, region=STORES),
        loss="ce",
        label="kind",
    ),
    "named after each other": Given(
        columns(price=PRICES, predicted_price=SAID, store=STORES), loss="mse", label="price"
    ),
    "words": Given(columns(predicted=GUESSED, actual=PETS), loss="zero_one", label="actual"),
    "left": Given(columns(risk=OLD, treated=ANSWERS, churned=ANSWERS[::-1]), words=("-p", "risk")),
    "left values": Given(columns(forecast=SAID, price=PRICES, store=STORES), loss="mse"),
    "two labels": Given(columns(prob=OLD, target=ANSWERS, label=ANSWERS[::-1])),
}
CASES = [(name, option, column) for name in GIVEN for option in OPTIONS
         for column in GIVEN[name].columns]  # fmt: skip


def evaluated(here: Here, given: Given, *words: str) -> Answer:
    return here("eval", "t.csv", "-q", "-l", given.loss, *given.words, *words)


@pytest.mark.parametrize(("name", "option", "column"), CASES)
def test_the_number_is_that_without_the_option(
    name: str, option: str, column: str, here: Here, write: Write
) -> None:
    given = GIVEN[name]
    write("t.csv", given.csv())
    plain, grouped = evaluated(here, given), evaluated(here, given, option, column)
    assert plain.code in (0, 2)
    if plain.code == grouped.code == 0:
        assert grouped.number == pytest.approx(plain.number, rel=1e-12)
    assert grouped.code in (0, 2)
    assert grouped.code == 0 or (not grouped.out and grouped.err)
    if option == "--by-col" and column == given.label:
        assert grouped.code == 0


@pytest.mark.parametrize(("name", "option", "column"), [case for case in CASES if case[1] in
                                                        ("--by-col", "--cluster-col")])  # fmt: skip
def test_check_holds_its_bounds_against_the_same_number(
    name: str, option: str, column: str, here: Here, write: Write
) -> None:
    given = GIVEN[name]
    write("t.csv", given.csv())
    rule = ("check", "t.csv", "--max", f"{given.loss}=99999", "--format", "json", *given.words)
    plain, grouped = evaluated(here, given), here(*rule, option, column)
    assert grouped.code in (0, 2)
    if plain.code == grouped.code == 0:
        overall = grouped.json["checks"][0]["findings"][0]["value"]
        assert overall == pytest.approx(plain.number, rel=1e-12)


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("column", ["model_old", "model_new", "y_true"])
def test_models_are_compared_on_the_same_label(
    option: str, column: str, here: Here, write: Write
) -> None:
    given = GIVEN["two models"]
    write("t.csv", given.csv())
    words = ("compare", "t.csv", "-p", "model_old", "-p", "model_new", "-l", "bce", "--format")
    plain, grouped = here(*words, "json"), here(*words, "json", option, column)
    if option == "--id-col":
        assert grouped.code == 2
        assert "cannot be the key and be evaluated too" in grouped.err
        return
    ends = ("reference_value", "value")
    values = [[answer.json["comparisons"][0][end] for end in ends] for answer in (plain, grouped)]
    assert values[0] == pytest.approx(values[1], rel=1e-12)


def test_a_label_that_only_its_look_tells_is_asked_for(here: Here, write: Write) -> None:
    write("t.csv", Given(columns(risk=OLD, treated=ANSWERS)).csv())
    asked = here("eval", "t.csv", "-p", "risk", "--by-col", "treated")
    assert asked.code == 2
    assert "eval t.csv -p risk --by-col treated --label-col treated" in asked.err


def test_a_column_of_stores_is_no_label_where_the_label_stands_beside(
    here: Here, write: Write
) -> None:
    write("t.csv", Given(columns(forecast=SAID, price=PRICES, store=STORES)).csv())
    named = here("eval", "t.csv", "-q", "-l", "mse", "-y", "price")
    grouped = here("eval", "t.csv", "-q", "-l", "mse", "--by-col", "store")
    assert grouped.number == named.number


@pytest.mark.parametrize("models", [("model_old", "model_new"), ("xgb", "rf"), ("a_v1", "a_v2")])
def test_predictions_of_another_model_are_no_label(
    models: tuple[str, str], here: Here, write: Write
) -> None:
    one, other = models
    write("t.csv", Given(columns(**{one: OLD, other: NEW})).csv())
    refused = here("eval", "t.csv", "-p", one, "-l", "mse")
    assert refused.code == 2
    assert "needs labels" in refused.err


def test_the_other_model_is_no_label_of_a_comparison(here: Here, write: Write) -> None:
    worse = [said + n % 3 for n, said in enumerate(SAID)]
    write("t.csv", Given(columns(a=SAID, b=worse, price=PRICES)).csv())
    words = ("compare", "t.csv", "-p", "a", "-p", "b", "-l", "mse", "--format", "json")
    read, named = here(*words).json, here(*words, "-y", "price").json
    assert read["comparisons"] == named["comparisons"]
