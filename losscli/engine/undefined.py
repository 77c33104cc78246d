"""Why a value is undefined, or a number only by convention."""

from __future__ import annotations

from collections.abc import Sequence

from losscli.engine.evaluation import Evaluation
from losscli.engine.sums import NotFinite, SumStats, SumTotals, column_stats

NO_WEIGHT = "all weights are 0: there is nothing to average"
ALL_IGNORED = "every row is ignored by its label: there is nothing to average"


def why_undefined(evaluation: Evaluation, totals: SumTotals) -> str:
    """Why a function of these sums has no value of its own; empty where it has one."""
    if not totals.rows:
        return ""
    if totals.weight.exact == 0:
        return NO_WEIGHT
    if not evaluation.loss.of_spread:
        return ""
    if totals.rows < 2:
        return "of a single row there is no spread: it is undefined"
    near = float(evaluation.params.get("near_zero", 0.0))
    try:
        each = column_stats(evaluation, totals)
        text = unvaried(evaluation, [_varies(stats, near) for stats in each])
        if not text and near and any(stats.total("error²") <= near for stats in each):
            return f"squared errors that sum to no more than {near:g} count as 0"
    except NotFinite:
        return ""
    return text


def unvaried(evaluation: Evaluation, varies: Sequence[bool]) -> str:
    """What to say of a loss of labels that do not vary, column by column; empty where all do."""
    if not evaluation.loss.of_spread or all(varies):
        return ""
    where = ""
    if len(varies) > 1:
        where = f" in {varies.count(False)} of {len(varies)} columns"
    near = evaluation.params.get("near_zero", 0.0)
    counted = f" (a sum of squares up to {near:g} counts as 0)" if near else ""
    return (
        f"the labels do not vary{where}{counted}: they are constant, and it is undefined; "
        f"what is printed is the convention of {evaluation.convention.name}"
    )


def _varies(stats: SumStats, near: float) -> bool:
    """Whether the labels that were summed differ by more than nothing."""
    if "label²" in stats:
        total = stats.total("label")
        return stats.total("label²") - total * total / stats.weight > near
    if "class" in stats:
        return sum(1 for share in stats.columns("class") if share) > 1
    if "yes" in stats:
        return bool(stats.total("yes") and stats.total("no"))
    return True
