"""What two tables share identifies their rows: under any name, of any type, in any order."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from losscli.inputs.evidence.looks import Look
from losscli.inputs.evidence.shared import Side, shared_key

Values = Sequence[float | str]

CODES = ["k7", "k1", "k9"]
NUMBERS = [17.0, 401.0, 23.0]
DAYS = ["2024-01-02", "2024-01-01", "2024-01-03"]
FLOATS = [0.25, 1.5, 2.75]


def side(index: int | None = None, whole: bool = True, **columns: Values) -> Side:
    looks = tuple(Look.of(list(values)) for values in columns.values())
    return Side(tuple(columns), looks, index, whole)


def key(one: Side, other: Side) -> list[str]:
    found = shared_key(one, other)
    return [] if found is None else [one.names[place] for place in found.one]


@pytest.mark.parametrize("values", [CODES, NUMBERS, DAYS])
@pytest.mark.parametrize("name", ["zone", "Kunde", "ds"])
def test_what_no_row_repeats_and_both_sides_hold_is_a_key(name: str, values: Values) -> None:
    one = side(**{name: values, "forecast": FLOATS})
    other = side(**{name: values[::-1], "actual": FLOATS})
    assert key(one, other) == [name]


def test_a_value_column_of_the_same_name_is_no_key() -> None:
    one = side(PassengerId=NUMBERS, Fare=FLOATS)
    other = side(PassengerId=NUMBERS[::-1], Fare=[9.5, 8.25, 7.0])
    assert key(one, other) == ["PassengerId"]


def test_whole_values_of_the_same_name_are_no_key() -> None:
    one = side(item=CODES, sales=[5.0, 6.0, 8.0])
    assert key(one, side(item=CODES[::-1], sales=[7.0, 6.0, 9.0])) == ["item"]


def test_a_label_of_the_same_name_is_no_key() -> None:
    assert key(side(id=NUMBERS, label=CODES), side(id=NUMBERS, label=CODES)) == ["id"]
    assert key(side(label=NUMBERS), side(label=NUMBERS)) == []


def test_columns_that_repeat_may_identify_together() -> None:
    series, days = ["a", "a", "b"], ["2024-01-01", "2024-01-02", "2024-01-01"]
    one = side(series=series, ds=days, yhat=FLOATS)
    other = side(series=series[::-1], ds=days[::-1], y=FLOATS)
    assert key(one, other) == ["series", "ds"]


def test_whole_numbers_may_identify_together_beside_one_value() -> None:
    one = side(store=[1.0, 1.0, 2.0], dept=[1.0, 2.0, 1.0], sales=FLOATS)
    other = side(store=[1.0, 1.0, 2.0], dept=[1.0, 2.0, 1.0], sales=[3.5, 2.5, 1.0])
    assert key(one, other) == ["store", "dept"]


def test_a_group_that_repeats_in_the_same_order_holds_rows_to_their_places() -> None:
    one = side(user=["a", "a", "b"], pred=FLOATS)
    assert key(one, side(user=["a", "a", "b"], actual=FLOATS)) == ["user"]


def test_answers_of_0_and_1_are_no_key() -> None:
    one = side(toxic=[0.0, 1.0, 1.0], threat=[1.0, 0.0, 1.0])
    assert key(one, one) == []


def test_outputs_of_several_columns_are_no_key() -> None:
    one = side(a=[3.0, 5.0, 4.0], b=[7.0, 1.0, 2.0])
    other = side(a=[3.0, 6.0, 4.0], b=[7.0, 1.0, 3.0])
    assert key(one, other) == []


def test_predicted_and_true_words_of_one_name_are_no_key() -> None:
    one = side(species=["cat", "dog", "cat"])
    assert key(one, side(species=["dog", "dog", "cat"])) == []


def test_capitals_and_signs_in_a_name_do_not_matter() -> None:
    one = side(ImageID=CODES, pred=FLOATS)
    assert key(one, side(image_id=CODES[::-1], y=FLOATS)) == ["ImageID"]


def test_keys_of_two_names_are_one_where_they_hold_the_same() -> None:
    one = side(id=CODES, pred=FLOATS)
    assert key(one, side(image_id=CODES[::-1], y=FLOATS)) == ["id"]
    assert key(one, side(image_id=["x", "y", "z"], y=FLOATS)) == []


def test_a_nameless_index_that_both_carried_along_is_a_key() -> None:
    one = side(index=0, **{"1": NUMBERS, "p": FLOATS})
    assert key(one, side(index=0, **{"1": NUMBERS[::-1], "y": FLOATS})) == ["1"]


def test_a_nameless_index_that_was_counted_anew_is_none() -> None:
    one = side(index=0, **{"1": NUMBERS, "p": FLOATS})
    assert key(one, side(index=0, **{"1": [0.0, 1.0, 2.0], "y": FLOATS})) == []
