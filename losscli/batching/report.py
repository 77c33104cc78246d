"""Many evaluations as plain data: a row for each pair of files, and the order of their losses."""

from __future__ import annotations

import json
import math
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from losscli.errors import Choice, UsageError
from losscli.evaluating.report import Result
from losscli.plain import plain

BATCH_SCHEMA = "losscli-batch/1"

# Loss, parameters, convention and reduction.
Measure = tuple[str, str, str, str]


class LossValue(Struct, frozen=True):
    """One loss of one pair: of a `Result` what a comparison of many pairs needs."""

    loss: str
    title: str
    value: float
    n: int
    params: Mapping[str, Any]
    convention: str
    reduction: str
    lower_is_better: bool
    standard_error: float | None
    clipped: int
    dropped: int
    ignored: int
    signature: str

    @classmethod
    def of(cls, result: Result) -> LossValue:
        """The score that a result holds."""
        return cls(*(getattr(result, name) for name in _SCORE_FIELDS))

    @property
    def measure(self) -> Measure:
        """What the values of two pairs must share to be compared."""
        params = json.dumps(self.params, sort_keys=True, default=str)
        return self.loss, params, self.convention, self.reduction


_SCORE_FIELDS = LossValue.__struct_fields__


class Failure(Struct, frozen=True):
    """Why a pair has no losses: a message, and what it is about.

    `exit_code` is that of `losscli eval` for the same pair: 2 for a request that does not fit, 3
    for bad data, 70 for a bug or a process that died. `choices` are the words for each reading,
    where several fit.
    """

    exit_code: int
    message: str
    file: str = ""
    position: str = ""
    column: str = ""
    choices: tuple[Choice, ...] = ()

    @property
    def said(self) -> str:
        """The message on one line, with what to add for each reading."""
        if not self.choices:
            return self.message
        said = " or ".join(shlex.join(choice.words) for choice in self.choices)
        return f"{self.message} Say {said}."


class BatchRow(Struct, frozen=True):
    """One pair of files: its losses, or why it has none.

    `key` stands for all that the losses depend on: the content of the files, the options, and the
    version of losscli; None where that cannot be known, as of a URL.
    """

    name: str
    pred: str
    label: str | None
    key: str | None
    task: str | None = None
    kind: str | None = None
    scores: tuple[LossValue, ...] = ()
    failure: Failure | None = None
    notes: tuple[str, ...] = ()

    def to_line(self) -> bytes:
        """The row as a line of JSON, in ASCII: the same bytes for the same row."""
        text = json.dumps({"schema": BATCH_SCHEMA, **plain(self)}, allow_nan=False)
        return text.encode("ascii") + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> BatchRow:
        """The row that a line holds. Raises ValueError where it holds none."""
        data = json.loads(line)
        if not isinstance(data, dict) or data.pop("schema", None) != BATCH_SCHEMA:
            raise ValueError("not a row of a batch")
        failure = data.pop("failure")
        scores, notes = data.pop("scores"), data.pop("notes")
        return cls(
            **data,
            scores=tuple(map(_score, scores)),
            failure=None if failure is None else _failure(failure),
            notes=tuple(notes),
        )


def _failure(data: dict[str, Any]) -> Failure:
    choices = (
        Choice(**{**choice, "words": tuple(choice["words"])}) for choice in data.get("choices", ())
    )
    return Failure(**{**data, "choices": tuple(choices)})


def _score(data: dict[str, Any]) -> LossValue:
    """A score with the numbers that JSON cannot hold."""
    given = {name: value for name, value in data.items() if not name.endswith("nonfinite")}
    for name in ("value", "standard_error"):
        word = data.get("nonfinite" if name == "value" else f"{name}_nonfinite")
        if word is not None:
            given[name] = float(word)
    lost = data.get("params_nonfinite", {})
    given["params"] |= {name: float(word) for name, word in lost.items()}
    return LossValue(**given)


class BatchReport(Struct, frozen=True, dict=True):
    """What a batch came to: its rows in the order of the pairs.

    `kept` counts the rows that were there already and still held, so that they were not evaluated
    again. `lines` are the rows as they stand in a file of results.
    """

    lines: Sequence[bytes]
    failed: int
    kept: int = 0

    @cached_property
    def rows(self) -> tuple[BatchRow, ...]:
        """A row for each pair."""
        return tuple(map(BatchRow.from_line, self.lines))

    def leaderboard(self, sort: str | None = None, top: int | None = None) -> Leaderboard:
        """The rows from best to worst by one loss; without `sort`, by the first that most have.

        `top` limits the rows with losses; those without are always there.

        Raises UsageError where no pair has the loss.
        """
        return leaderboard(self.rows, sort, top)


class Place(Struct, frozen=True):
    """A row's rank (None where its loss is missing or no number), and its value of each column."""

    rank: int | None
    row: BatchRow
    values: tuple[float | None, ...]


class Column(Struct, frozen=True):
    """A loss under which pairs are compared."""

    loss: str
    title: str
    lower_is_better: bool
    params: Mapping[str, Any] = field(default_factory=dict)
    convention: str = ""
    reduction: str = ""


class Leaderboard(Struct, frozen=True):
    """Rows from best to worst by the column `sort`; those that failed stand at the end.

    Equal values share a rank. `pairs` counts all rows, `failed` those without losses; `places` hold
    these, and all others or the first few.
    """

    columns: tuple[Column, ...]
    sort: int
    places: tuple[Place, ...]
    pairs: int
    failed: int

    def to_dict(self) -> dict[str, Any]:
        """The leaderboard as a JSON document of schema `losscli-batch/1`."""
        return {"schema": BATCH_SCHEMA, **plain(self)}


def leaderboard(rows: Sequence[BatchRow], sort: str | None, top: int | None) -> Leaderboard:
    """Rows in the order of one loss, its direction decided by the loss.

    Raises UsageError where no row has the loss.
    """
    columns: dict[Measure, Column] = {}
    counts: Counter[Measure] = Counter()
    for row in rows:
        for score in row.scores:
            columns.setdefault(score.measure, _column(score))
            counts[score.measure] += 1
    chosen = _chosen(counts, sort)
    sign = -1.0 if chosen is not None and not columns[chosen].lower_is_better else 1.0
    ranked: list[tuple[float, Place]] = []
    unranked: list[Place] = []
    failed: list[Place] = []
    for row in rows:
        by_measure = {score.measure: score.value for score in row.scores}
        place = Place(None, row, tuple(map(by_measure.get, columns)))
        value = math.nan if chosen is None else by_measure.get(chosen, math.nan)
        if row.failure is not None:
            failed.append(place)
        elif math.isnan(value):
            unranked.append(place)
        else:
            ranked.append((sign * value, place))
    ranked.sort(key=lambda pair: pair[0])
    places: list[Place] = []
    for count, (value, place) in enumerate(ranked, start=1):
        tied = count > 1 and ranked[count - 2][0] == value
        places.append(replace(place, rank=places[-1].rank if tied else count))
    return Leaderboard(
        tuple(columns.values()),
        0 if chosen is None else list(columns).index(chosen),
        (*(*places, *unranked)[:top], *failed),
        len(rows),
        len(failed),
    )


def _column(score: LossValue) -> Column:
    return Column(
        score.loss,
        score.title,
        score.lower_is_better,
        score.params,
        score.convention,
        score.reduction,
    )


def _chosen(counts: Counter[Measure], sort: str | None) -> Measure | None:
    """What to sort by: the first that most rows have; None where there are no losses."""
    candidates = list(counts)
    if sort is not None:
        from losscli.losses.registry import REGISTRY

        loss = REGISTRY.get(sort).id if REGISTRY.knows(sort) else sort
        candidates = [measure for measure in candidates if measure[0] == loss]
        if counts and not candidates:
            known = ", ".join(dict.fromkeys(measure[0] for measure in counts))
            raise UsageError(f"no pair has the loss {sort!r} to sort by", hint=f"Known: {known}.")
    return max(candidates, key=lambda measure: counts[measure], default=None)
