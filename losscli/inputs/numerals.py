"""How the numbers of a text file are written: the marks in them, currency signs, percent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import zip_longest

from msgspec import Struct

from losscli.errors import Choice, UsageError

# The signs of currencies in Unicode.
_SIGNS = "$¢-¥฿₠-⃀"
_CURRENCY = re.compile(f"[{_SIGNS}]")
_NUMERAL = re.compile(
    rf"[+-]?\s?[{_SIGNS}]?\s?[+-]?(\d[\d.,]*|[.,]\d+)([eE][+-]?\d+)?\s?[%{_SIGNS}]?"
)


def looks_like_number(cell: str) -> bool:
    """Whether a cell is a number under some marks, in percent, or an amount of money."""
    return _NUMERAL.fullmatch(cell.strip()) is not None


class Numerals(Struct, frozen=True, dict=True):
    """The marks of decimals and between thousands, and the sign of the one currency, if any."""

    decimal: str = "."
    thousands: str = ""
    currency: str = ""

    def number(self, cell: str) -> float:
        """The number a cell stands for, `87.3%` for 0.873. Raises ValueError where it is none."""
        if cell.endswith("%"):
            return self.number(cell[:-1].rstrip()) / 100.0
        cell = self._without_currency(cell)
        if self.thousands and self.thousands in cell:
            mark = re.escape(self.thousands)
            whole = cell.partition(self.decimal)[0].lstrip("+-")
            if not re.fullmatch(rf"\d{{1,3}}({mark}\d{{3}})+", whole):
                raise ValueError(cell)
            cell = cell.replace(self.thousands, "")
        # Python takes underscores and the digits of all scripts, other readers do not.
        if "_" in cell or not cell.isascii() or (self.decimal == "," and "." in cell):
            raise ValueError(cell)
        return float(cell if self.decimal == "." else cell.replace(",", ".", 1))

    def is_number(self, cell: str) -> bool:
        """Whether a cell is a number as they are written here."""
        try:
            self.number(cell)
        except ValueError:
            return False
        return True

    def decimals(self, cell: str) -> int:
        """How many decimals a number is written with, as a share where it is in percent."""
        bare = self._without_currency(cell.rstrip("%").rstrip())
        return decimals_of(bare, self.decimal) + 2 * cell.endswith("%")

    @cached_property
    def _amount(self) -> re.Pattern[str] | None:
        """What is an amount of the currency, its sign before or behind the number."""
        if not self.currency:
            return None
        sign = re.escape(self.currency)
        return re.compile(rf"([+-]?)\s?{sign}\s?([^{sign}]+)|([^{sign}]+?)\s?{sign}")

    def _without_currency(self, cell: str) -> str:
        if self._amount is None or (found := self._amount.fullmatch(cell)) is None:
            return cell
        minus, behind, before = found.groups()
        return before if behind is None else f"{minus}{behind}"


# As programs write them.
PLAIN = Numerals()


def decimals_of(cell: str, mark: str) -> int:
    """How many decimals a number is written with."""
    mantissa, _, exponent = cell.lower().partition("e")
    _, _, digits = mantissa.partition(mark)
    return max(0, len(digits) - int(exponent or 0))


def numerals_of(
    body: Sequence[Sequence[str]], name: str, delimiter: str, decimal: str | None
) -> Numerals:
    """How the numbers of a file are written, by all of its first cells.

    `decimal` is the mark of decimals where it was said. Amounts of two currencies are no numbers of
    one unit, and stay words. Raises UsageError where all commas could be either mark.
    """
    cells = [cell.strip() for row in body for cell in row]
    numerals = list(filter(looks_like_number, cells))
    bare = [_CURRENCY.sub("", cell.rstrip("%")).strip() for cell in numerals]
    marks = _marks(bare, name, delimiter, decimal)
    return Numerals(*marks, currency=_currency(body))


def _currency(body: Sequence[Sequence[str]]) -> str:
    """The sign of the one currency of a file, which most cells of a column bear; else none.

    One amount among bare numbers is a slip.
    """
    signs: set[str] = set()
    for column in zip_longest(*body, fillvalue=""):
        numerals = [cell for cell in map(str.strip, column) if looks_like_number(cell)]
        found = [sign for cell in numerals for sign in _CURRENCY.findall(cell)]
        if 2 * len(found) > len(numerals):
            signs.update(found)
        elif found:
            return ""
    return signs.pop() if len(signs) == 1 else ""


def _marks(
    numbers: Sequence[str], name: str, delimiter: str, decimal: str | None
) -> tuple[str, str]:
    """The mark of decimals and that between thousands.

    Two marks in one cell, or one mark twice, tell; so does a comma that three digits do not follow.
    """
    commas = [cell for cell in numbers if "," in cell]
    if decimal is not None:
        other = "," if decimal == "." else "."
        return decimal, other if any(_groups(cell, other, decimal) for cell in numbers) else ""
    for cell in numbers:
        if "," in cell and "." in cell:
            mark = max(",.", key=cell.rfind)
            return mark, "." if mark == "," else ","
    for mark, other in ((",", "."), (".", ",")):
        if any(cell.count(mark) > 1 and _groups(cell, mark, other) for cell in numbers):
            return other, mark
    if not commas:
        return ".", ""
    dots = [cell for cell in numbers if "." in cell]
    if not all(_groups(cell, ",", ".") for cell in commas):
        # A comma that three digits do not follow is one of decimals.
        if delimiter == "," or len(commas) <= len(dots):
            return ".", ""
        thousands = bool(dots) and all(_groups(cell, ".", ",") for cell in dots)
        return ",", "." if thousands else ""
    if dots:
        return ".", ","
    raise UsageError(
        f"{name}: is {commas[0]} a whole number of thousands, or has it decimals?",
        choices=(
            Choice(("--decimal", "."), "the comma stands between thousands"),
            Choice(("--decimal", ","), "decimals follow the comma"),
        ),
    )


def _groups(cell: str, mark: str, decimal: str) -> bool:
    """Whether a number is written in groups of three digits with that mark between them."""
    whole = cell.lstrip("+-").partition(decimal)[0]
    return bool(re.fullmatch(rf"[1-9]\d{{0,2}}({re.escape(mark)}\d{{3}})+", whole))
