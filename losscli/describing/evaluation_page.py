"""Everything that a page about one evaluation shows, gathered in a few passes over the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from losscli.charts.lorenz import Lorenz
from losscli.charts.reliability import Reliability, reliability
from losscli.conventions.table import CONVENTIONS
from losscli.describing.loss_page import deviations
from losscli.errors import LosscliError, UsageError
from losscli.evaluating.decomposing import Explanation
from losscli.evaluating.evaluate import report_for
from losscli.evaluating.options import Options
from losscli.evaluating.report import Report, Result
from losscli.evaluating.requests import asked_again
from losscli.inputs.opening import is_stream
from losscli.losses.registry import REGISTRY
from losscli.rowwise.report import RowReport
from losscli.rowwise.rows import rows_of
from losscli.vocabulary import Reduction, Task

# So many of the hardest rows are shown.
_HARDEST = 20


class SameValue(Struct, frozen=True):
    """What conventions that agree make of a loss; `why` says what they do otherwise.

    `loss` is as it would be asked for, with its parameters.
    """

    loss: str
    title: str
    conventions: tuple[str, ...]
    value: float
    why: tuple[str, ...]


class Page(Struct, frozen=True):
    """A report with what explains it.

    `hardest` and `spread` are None where no loss is a mean of rows. `command` reproduces it.
    """

    report: Report
    hardest: RowReport | None
    spread: Lorenz | None
    reliabilities: tuple[Reliability, ...]
    told: tuple[SameValue, ...]
    command: str


def page(
    pred: Any,
    label: Any = None,
    losses: str | Sequence[str] | None = None,
    *,
    command: str = "",
    progress: Callable[[int], Any] | None = None,
    **options: Any,
) -> Page:
    """Evaluate, and gather what a page shows of it.

    The arguments are those of `evaluate`; scores are always taken apart, and rows grouped by their
    class where they have one. The data are read once or twice for the report, a few times more for
    its rows, and once for each convention.

    Raises UsageError for data that can be read only once, and UsageError and DataError as
    `evaluate` does.
    """
    asked = Options.of("evaluate", options, progress=progress)
    for given in (pred, label, asked.weight, *(asked.inputs or {}).values()):
        if is_stream(given):
            raise UsageError(
                f"a page reads the data several times, and {given} can be read only once",
                hint="Write it to a file first.",
            )
    if asked.reduction in (Reduction.NONE, Reduction.COLUMNS):
        raise UsageError("a page shows losses as one number each", hint="Leave out --reduction.")
    report = _report(pred, label, losses, asked)
    alike = replace(
        asked,
        reduction=None,
        ci="none",
        explain=False,
        by_class=False,
        engine="local",
        scheduler=None,
        progress=None,
    )
    hardest, spread = None, None
    try:
        found = rows_of(pred, label, losses, replace(alike, progress=progress))
    except UsageError:
        # No loss has a loss of each row.
        pass
    else:
        hardest = found.hardest(_HARDEST, progress=progress)
        spread = found.lorenz(progress=progress)
    diagrams = [reliability(result) for result in report.results]
    # Of several scores of the same groups, one diagram says all.
    return Page(
        report,
        hardest,
        spread,
        tuple(diagram for diagram in diagrams if diagram is not None)[:1],
        tuple(_told(report, pred, label, alike)),
        command,
    )


_OF_CLASSES = ("binary", "multiclass")


def _report(pred: Any, label: Any, losses: str | Sequence[str] | None, options: Options) -> Report:
    """The report with its scores taken apart, by class where rows have one."""
    apart = (Explanation(recalibrated=False),)
    with suppress(LosscliError):
        # Labels may have no class of their own: a column for each, or shares.
        report = report_for(pred, label, losses, replace(options, by_class=True), apart)
        if report.task in _OF_CLASSES:
            return report
    return report_for(pred, label, losses, options, apart)


def _told(report: Report, pred: Any, label: Any, options: Options) -> list[SameValue]:
    """Each loss under every convention; those of one value together, that of the report first."""
    if report.task == Task.SCORES:
        # Columns of another evaluator are under no convention of ours.
        return []
    known = {
        asked_again(result.loss, result.params, result.convention): result
        for result in report.results
        if result.value is not None
    }
    told = {(loss, result.value): [result.convention] for loss, result in known.items()}
    for name, convention in CONVENTIONS.items():
        having = [loss for loss, at in known.items() if convention.prints(REGISTRY.get(at.loss))]
        for loss, value in _under(name, having, pred, label, options).items():
            if name != known[loss].convention:
                told.setdefault((loss, value), []).append(name)
    return [
        SameValue(loss, result.title, tuple(names), value, _why(result, names))
        for loss, result in known.items()
        for (owner, value), names in told.items()
        if owner == loss and value is not None
    ]


def _under(
    name: str, losses: Sequence[str], pred: Any, label: Any, options: Options
) -> dict[str, float]:
    """The losses that a convention has a number for."""
    if not losses:
        return {}
    try:
        found = report_for(pred, label, losses, replace(options, like=name))
    except LosscliError:
        if len(losses) == 1:
            return {}
        return {
            loss: value
            for each in losses
            for loss, value in _under(name, [each], pred, label, options).items()
        }
    values = zip(losses, found.results, strict=True)
    return {loss: result.value for loss, result in values if result.value is not None}


def _why(result: Result, names: Sequence[str]) -> tuple[str, ...]:
    """What conventions do otherwise than that of the report."""
    if result.convention not in CONVENTIONS:
        return ()
    loss, mine = REGISTRY.get(result.loss), CONVENTIONS[result.convention]
    alike: dict[str, list[str]] = {}
    for name in names:
        words = "; ".join(filter(None, deviations(loss, CONVENTIONS[name], mine)))
        if words:
            alike.setdefault(words, []).append(name)
    if list(alike.values()) == [list(names)]:
        return tuple(alike)
    return tuple(f"{', '.join(them)}: {words}" for words, them in alike.items())
