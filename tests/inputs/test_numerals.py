"""Numbers as text files write them: marks, percent and amounts of money."""

from __future__ import annotations

import pytest

from losscli.errors import UsageError
from losscli.inputs.dialect import sniff
from losscli.inputs.numerals import Numerals, looks_like_number, numerals_of

DOLLARS = Numerals(".", ",", "$")
EUROS = Numerals(",", ".", "€")


@pytest.mark.parametrize(
    ("written", "cell", "number", "decimals"),
    [
        (DOLLARS, "$12.30", 12.3, 2),
        (DOLLARS, "-$1,234.5", -1234.5, 1),
        (DOLLARS, "$-5", -5.0, 0),
        (DOLLARS, "7.25", 7.25, 2),
        (EUROS, "1.234,50 €", 1234.5, 2),
        (EUROS, "-0,5€", -0.5, 1),
        (Numerals(), "87.3%", 0.873, 3),
        (Numerals(), "1e-3", 0.001, 3),
    ],
)
def test_a_cell_is_a_number(written: Numerals, cell: str, number: float, decimals: int) -> None:
    assert looks_like_number(cell)
    assert written.number(cell) == pytest.approx(number, rel=1e-15)
    assert written.decimals(cell) == decimals


@pytest.mark.parametrize(
    ("written", "cell"),
    [(DOLLARS, "€5"), (DOLLARS, "5$3"), (DOLLARS, "$$5"), (DOLLARS, "$"), (Numerals(), "$5")],
)
def test_other_cells_are_not(written: Numerals, cell: str) -> None:
    assert not written.is_number(cell)


def test_amounts_of_two_currencies_are_no_numbers_of_one_unit() -> None:
    assert numerals_of([["$1.50", "€2.50"]], "a.csv", ",", None).currency == ""
    assert numerals_of([["$1.50", "2.50"]], "a.csv", ",", None).currency == "$"


def test_a_comma_before_three_digits_is_asked_about_in_amounts_too() -> None:
    with pytest.raises(UsageError, match="has it decimals"):
        numerals_of([["$1,500"], ["$2,250"]], "a.csv", ";", None)
    assert numerals_of([["$1,500", "$2.25"]], "a.csv", ";", None) == DOLLARS


@pytest.mark.parametrize(
    ("text", "names", "first"),
    [
        ("'y','p a'\n'1','0.5'\n'0','0.25'\n", ("y", "p a"), ("1", "0.5")),
        ("'y','p, a'\n1,0.5\n0,0.25\n", ("y", "p, a"), ("1", "0.5")),
        ("y,p\n'it''s',0.5\n'so, it is',0.25\n", ("y", "p"), ("it's", "0.5")),
        ("y,p\n'tis,0.5\n'twas,0.25\n", ("y", "p"), ("'tis", "0.5")),
        ("y,p\nrock 'n' roll,0.5\nit's,0.25\n", ("y", "p"), ("rock 'n' roll", "0.5")),
        ("\"y\",'p'\n1,0.5\n0,0.25\n", ("y", "'p'"), ("1", "0.5")),
    ],
)
def test_single_quotes_around_cells(
    text: str, names: tuple[str, ...], first: tuple[str, ...]
) -> None:
    found = sniff(text.encode(), "a.csv", whole=True)
    assert found.names == names
    assert found.rows[0] == first
