"""Checks → what they found: every rule with its value, its bound and the room between them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace

from losscli.checking.baseline import StoredBaseline, read_baseline
from losscli.checking.report import Checked, CheckReport, Finding
from losscli.checking.request import Check, losses_of
from losscli.checking.rules import (
    BASELINE,
    MAX,
    MIN,
    NOT_WORSE,
    SIGNIFICANT,
    Bound,
    bounds_of,
    excess,
    undecided_passes,
)
from losscli.comparing.tolerances import Tolerances, tolerances_of
from losscli.errors import DataError, UsageError
from losscli.evaluating.evaluate import report_for
from losscli.evaluating.options import Options
from losscli.evaluating.report import Report, Result, slice_name
from losscli.losses.registry import REGISTRY
from losscli.version import __version__

if TYPE_CHECKING:
    from losscli.comparing.margins import NotWorse
    from losscli.comparing.report import Comparison


def check(
    pred: Any,
    label: Any = None,
    losses: str | Sequence[str] | None = None,
    *,
    max: Mapping[str, float] | None = None,
    min: Mapping[str, float] | None = None,
    baseline: str | None = None,
    tolerance: float | str | Mapping[str, float | str] = 0.0,
    significant: bool = False,
    baseline_pred: Any = None,
    not_worse_by: float | str | Mapping[str, float | str] | None = None,
    undecided: Literal["pass", "fail"] = "fail",
    **options: Any,
) -> CheckReport:
    """Say whether losses keep to bounds, and to a baseline.

    `max` and `min` bound losses by name (`{"bce": 0.3}`). `baseline` is a file that `losscli eval
    --format json` has written: its losses (or those of `losses`) must not be worse by more than
    `tolerance`, an amount or a share such as `"2%"`, for all or by name. `significant` holds
    predictions against `baseline_pred` instead: a loss fails where it is worse by more than chance.
    `not_worse_by` asks for a proof instead: that a loss is worse by less than a margin, an amount
    or a share of the baseline's such as `"1%"`, for all or by name; `undecided` says what becomes
    of a check where rows prove neither that nor the contrary. Where rows are grouped, each group
    has to keep to the bounds. The other arguments are those of `evaluate`.

    Raises UsageError for a request that makes no sense. Bad data are an error of the report.

    >>> check([0.9, 0.2, 0.6], [1, 0, 0], max={"bce": 0.3}).passed
    False
    """
    asked = Check(
        "check",
        pred,
        label,
        losses_of(losses),
        (*bounds_of(max or {}, MAX), *bounds_of(min or {}, MIN)),
        baseline,
        tolerances_of(tolerance),
        significant,
        baseline_pred,
        None if not_worse_by is None else tolerances_of(not_worse_by, NOT_WORSE),
        undecided_passes(undecided),
        Options.of("check", options),
    )
    return run_checks([asked])


def run_checks(
    checks: Sequence[Check],
    *,
    update: Callable[[str, Report], Any] | None = None,
    progress: Callable[[int], Any] | None = None,
) -> CheckReport:
    """All checks, one after the other; bad data of one are its error, and the others go on.

    With `update`, baselines are not looked at but written by it, and only where all checks pass.
    Raises UsageError for a check that makes no sense, before the first is run.
    """
    for item in checks:
        item.verify()
    if update is not None and all(item.baseline is None for item in checks):
        raise UsageError("which baseline?", hint="Say --baseline FILE.")
    found, fresh = [], []
    for item in checks:
        try:
            checked, report = _checked(item, updating=update is not None, progress=progress)
        except DataError as error:
            checked, report = Checked(item.name, (), str(error)), None
        found.append(checked)
        if item.baseline is not None and report is not None:
            fresh.append((item.baseline, report))
    result = CheckReport(__version__, tuple(found))
    if update is None or not result.passed:
        return result
    for file, report in fresh:
        for each in report.results:
            if each.value is None or not math.isfinite(each.value):
                raise DataError(
                    f"{each.loss} is {each.value}, which is no baseline: {file} stays as it was"
                )
    for file, report in fresh:
        update(file, report)
    return CheckReport(__version__, tuple(found), tuple(file for file, _ in fresh))


def _checked(
    item: Check, *, updating: bool, progress: Callable[[int], Any] | None
) -> tuple[Checked, Report | None]:
    baseline = None
    if item.baseline is not None and not updating:
        baseline = read_baseline(item.baseline)
    held = item.losses or (baseline.losses if baseline is not None else ())
    wanted = tuple(dict.fromkeys((*held, *(bound.loss for bound in item.bounds))))
    options = replace(item.options, progress=progress or item.options.progress)
    findings: list[Finding] = []
    notes: list[str] = []
    report = None
    if wanted or not item.paired:
        # Rules look at values; a baseline is stored with its intervals.
        shown = options if updating else replace(options, ci="none")
        report = report_for(item.pred, item.label, wanted or None, shown)
        notes += report.notes
        results = dict(zip(wanted, report.results, strict=bool(wanted)))
        for bound in item.bounds:
            whole = results[bound.loss]
            findings.append(_bounded(bound, whole))
            findings += [replace(_bounded(bound, part), slice=name) for name, part in _parts(whole)]
        if baseline is not None:
            findings += [_held(results[loss], baseline, item.tolerances) for loss in held]
    if item.paired:
        from losscli.comparing.compare import compared

        sides = {"baseline": item.baseline_pred, "candidate": item.pred}
        alone = replace(options, reduction=None, ci="auto")
        found = compared(sides, item.label, item.losses or None, alone, item.not_worse_by)
        judge = partial(_judged, undecided_passes=item.undecided_passes)
        notes += found.notes
        findings += [judge(comparison) for comparison in found.comparisons]
        for group in found.slices:
            name = slice_name(group.column, group.value_of)
            findings += [replace(judge(each), slice=name) for each in group.comparisons]
    return Checked(item.name, tuple(findings), notes=tuple(dict.fromkeys(notes))), report


def _bounded(bound: Bound, result: Result) -> Finding:
    side = "at most" if bound.upper else "at least"
    limit = bound.limit_in(result.unit)
    return _finding(result, bound.rule, limit, f"{side} {limit:g}", upper=bound.upper)


def _parts(whole: Result) -> Iterator[tuple[str, Result]]:
    """The result of each group of rows, as if it were all rows."""
    for part in whole.slices or ():
        name = slice_name(part.column, part.value_of)
        yield name, whole.changed(value=part.value, n=part.n, interval=part.interval)


def _held(result: Result, baseline: StoredBaseline, tolerances: Tolerances) -> Finding:
    before = baseline.value(result)
    tolerance = tolerances.of(_names(result))
    limit = tolerance.limit(before, lower_is_better=result.lower_is_better)
    words = f"the baseline's {before:g}"
    if tolerance.amount:
        words += f" {'+' if result.lower_is_better else '−'} {tolerance}"
    return _finding(result, BASELINE, limit, words, upper=result.lower_is_better)


def _names(result: Result) -> tuple[str, ...]:
    known = REGISTRY.knows(result.loss)
    return result.loss, *(REGISTRY.get(result.loss).aliases if known else ())


def _finding(result: Result, rule: str, limit: float, words: str, *, upper: bool) -> Finding:
    over = excess(result.value, limit, upper=upper)
    passed = over is not None and over <= 0
    if over is None:
        said = f"no number, has to be {words}"
    elif passed:
        said = f"{words}: kept, {abs(over):.4g} to spare"
    else:
        said = f"{words}: {'above' if upper else 'below'} by {over:.4g}"
    return Finding(
        result.loss,
        result.title,
        result.params,
        rule,
        result.value,
        limit,
        over,
        passed,
        said,
        result.unit,
        result.signature,
    )


def _judged(comparison: Comparison, *, undecided_passes: bool) -> Finding:
    if comparison.not_worse is None:
        return _tested(comparison)
    return _proven(comparison, comparison.not_worse, undecided_passes=undecided_passes)


def _proven(comparison: Comparison, found: NotWorse, *, undecided_passes: bool) -> Finding:
    from losscli.comparing.margins import Proof

    chance = "" if found.p is None else f" (p = {found.p:.2g}, one-sided)"
    margin = f"{found.margin:.4g}"
    if found.proof is Proof.PROVEN:
        way = "worse" if found.harm > 0.0 else "better"
        by = f"{abs(found.harm):.4g} {way}" if found.harm else "no different"
        words = f"not worse by {margin} or more{chance}: {by} on these rows"
    elif found.proof is Proof.WORSE:
        words = f"proven to be worse by more than {margin}: by {found.harm:.4g} on these rows"
    elif found.rows_needed is None:
        words = f"too few rows differ to prove that it is not worse by {margin} or more"
    else:
        words = (
            f"not enough rows to prove that it is not worse by {margin} or more{chance}: "
            f"{comparison.n:,} of the {found.rows_needed:,} that it takes for two equal models"
        )
    sign = 1.0 if comparison.lower_is_better else -1.0
    passed = found.proof is Proof.PROVEN or (undecided_passes and found.proof is Proof.UNDECIDED)
    return Finding(
        comparison.loss,
        comparison.title,
        comparison.params,
        NOT_WORSE,
        comparison.value,
        comparison.reference_value + sign * found.margin,
        found.harm - found.margin,
        passed,
        words,
        comparison.unit,
        comparison.signatures[1],
        undecided=found.proof is Proof.UNDECIDED,
        rows_needed=found.rows_needed,
        p=found.p,
    )


def _tested(comparison: Comparison) -> Finding:
    from losscli.comparing.report import Verdict

    worse = comparison.verdict is Verdict.WORSE
    chance = "" if comparison.p_holm is None else f" (p = {comparison.p_holm:.2g}, two-sided)"
    if comparison.verdict is Verdict.UNTESTED:
        words = "no test for it: not a function of sums of rows"
    elif worse:
        words = f"worse than the baseline's predictions by more than chance{chance}"
    else:
        words = f"not worse than the baseline's predictions by more than chance{chance}"
    over = comparison.difference if comparison.lower_is_better else -comparison.difference
    return Finding(
        comparison.loss,
        comparison.title,
        comparison.params,
        SIGNIFICANT,
        comparison.value,
        None,
        over,
        not worse and comparison.verdict is not Verdict.UNTESTED,
        words,
        comparison.unit,
        comparison.signatures[1],
        p=comparison.p,
        p_holm=comparison.p_holm,
    )
