"""What single rows cost, as plain data: the rows themselves, and how the total lies on them."""

from __future__ import annotations

from msgspec import Struct

from losscli.evaluating.report import Report

Item = float | int | str | None


class Row(Struct, frozen=True):
    """One row: its number in the data (from 0), its key, and what it costs under each loss.

    `pred` and `label` hold the items of the row as they stand in the data. `losses` are what a
    mean takes in, before any weight; `shares` what the row adds to the loss's total, weight
    included, as a share of it (None where losses have both signs, or the total is 0 or infinite).
    `gradients`, where they are asked for, say how each reduced loss answers to the items of `pred`.
    """

    row: int
    id: str | None
    label: tuple[Item, ...]
    pred: tuple[float, ...]
    losses: tuple[float, ...]
    shares: tuple[float | None, ...]
    gradients: tuple[tuple[float, ...], ...] = ()


class Carried(Struct, frozen=True):
    """How many rows, the costliest first, carry half and nine tenths of a loss's total.

    `tenth` is the share that the costliest tenth of the rows carries. The counts are those of all
    rows sorted where `exact`; else losses closer than a few parts in 10⁵ count as equal.
    """

    half: int | None
    most: int | None
    tenth: float | None
    exact: bool


class EasyHard(Struct, frozen=True):
    """The easy items, whose truth was given a probability above one half, and the hard ones.

    `items` says what is counted: rows, or the questions of rows with several. `easy_share` is what
    the easy ones carry of each loss's total; the hard ones carry the rest.
    """

    items: str
    easy: int
    hard: int
    easy_share: tuple[float | None, ...]


class RowReport(Struct, frozen=True):
    """The hardest (or easiest) rows of a prediction, and how its losses lie on all rows.

    `report` holds the losses reduced as `evaluate` gives them, one for each place in a row's
    `losses`; the first decides the order of the rows. `columns` and `label_columns` name the items
    of `pred` and `label`, `classes` what the items of `pred` speak of. `rows_read` counts the rows
    that entered.
    """

    report: Report
    order: str
    columns: tuple[str, ...]
    classes: tuple[str, ...]
    label_columns: tuple[str, ...]
    rows_read: int
    rows: tuple[Row, ...]
    carried: tuple[Carried | None, ...]
    split: EasyHard | None
