"""What a pass over several models found → verdicts, as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from losscli import __version__
from losscli.comparison import Comparison, ComparisonReport, Verdict
from losscli.inputs.rivals import Rivals
from losscli.report import Input, IntervalMethod
from losscli.side_by_side import SideBySide
from losscli.signature import signature
from losscli.stats.groups import Resampling
from losscli.stats.paired import ALPHA, PairedResult, holm


def comparison_report(
    rivals: Rivals, names: Sequence[str], done: SideBySide, resampling: Resampling
) -> ComparisonReport:
    """Everything that one comparison found; the verdicts are adjusted for the number of tests."""
    pairs = list(product(range(len(done.by_loss())), range(1, len(names))))
    found = [done.against_first(place, model) for place, model in pairs]
    adjusted = holm([None if result is None else result.p for _, _, result in found])
    tests = sum(p is not None for p in adjusted)
    comparisons = tuple(
        _comparison(names, done, pair, numbers, p, tests, resampling)
        for pair, numbers, p in zip(pairs, found, adjusted, strict=True)
    )
    outcome = done.outcomes[0]
    return ComparisonReport(
        version=__version__,
        inputs=_inputs(rivals, outcome.rows),
        task=done.readings[0].verdict.task.value,
        rows=outcome.rows,
        models=tuple(names),
        comparisons=comparisons,
        tests=tests,
        resamples=resampling.resamples,
        seed=resampling.seed,
        notes=tuple(dict.fromkeys([*rivals.notes, *_notes(names, done)])),
    )


def _comparison(
    names: Sequence[str],
    done: SideBySide,
    pair: tuple[int, int],
    numbers: tuple[float, float, PairedResult | None],
    p_holm: float | None,
    tests: int,
    resampling: Resampling,
) -> Comparison:
    place, model = pair
    first, second, result = numbers
    evaluation = done.readings[0].evaluations[place]
    loss = evaluation.loss
    sign = 1.0 if loss.lower_is_better else -1.0
    verdict = _verdict(sign * (second - first), result, p_holm)
    needed = None
    if verdict is Verdict.NOT_PROVEN and result is not None:
        needed = result.rows_needed(ALPHA / tests)
    interval = None if result is None else result.interval
    better = None
    if result is not None and result.lower is not None and result.equal is not None:
        higher = 1.0 - result.lower - result.equal
        better = result.lower if loss.lower_is_better else higher
    tally = done.outcomes[0].losses[place].tally()
    return Comparison(
        loss=loss.id,
        title=loss.title,
        reference=names[0],
        model=names[model],
        reference_value=first,
        value=second,
        difference=second - first,
        interval=None if interval is None else (interval.low, interval.high),
        standard_error=None if result is None else result.standard_error,
        p=None if result is None else result.p,
        p_holm=p_holm,
        better=better,
        equal=None if result is None else result.equal,
        n=tally.rows,
        verdict=verdict,
        rows_needed=needed,
        words=_words(verdict, names[0], names[model], needed),
        unit=loss.unit,
        params=dict(evaluation.params),
        lower_is_better=loss.lower_is_better,
        recommended=evaluation.recommended,
        convention=evaluation.convention.name,
        interval_method=None
        if interval is None or result is None
        else IntervalMethod(interval.method, resampling.resamples, result.units, resampling.seed),
        signatures=tuple(  # type: ignore[arg-type]
            signature(
                done.readings[side].evaluations[place], tally.rows, done.readings[side].setting
            )
            for side in (0, model)
        ),
    )


def _verdict(harm: float, result: PairedResult | None, p: float | None) -> Verdict:
    """What is proven; `harm` is by how much the second model is worse."""
    if result is None or p is None:
        return Verdict.UNTESTED
    if result.equal == 1.0:
        return Verdict.EQUAL
    if p > ALPHA or harm == 0.0:
        return Verdict.NOT_PROVEN
    return Verdict.WORSE if harm > 0.0 else Verdict.BETTER


def _words(verdict: Verdict, reference: str, model: str, needed: int | None) -> str:
    if verdict is Verdict.BETTER:
        return f"{model} is better"
    if verdict is Verdict.WORSE:
        return f"{reference} is better"
    if verdict is Verdict.EQUAL:
        return "equal on every row"
    if verdict is Verdict.UNTESTED:
        return "not tested: no finite function of sums of rows"
    if needed is None:
        return "not proven"
    return f"not proven: about {_rounded(needed)} rows would be needed for 80 % power"


def _rounded(rows: int) -> str:
    """A number of rows to two digits, never fewer than it says."""
    unit = 10 ** max(0, len(str(rows)) - 2)
    return f"{-(-rows // unit) * unit:,}"


def _inputs(rivals: Rivals, rows: int) -> tuple[Input, ...]:
    first = rivals.together
    parts = [("pred", side.pred) for side in rivals.sides]
    parts += [("label", first.label)] if first.label is not None else []
    parts += [("weight", first.weight)] if first.weight is not None else []
    return tuple(
        Input(
            role=role,
            file=part.file,
            columns=tuple(part.columns or ()),
            rows=rows,
            dtype="text" if part.dtype is None else str(part.dtype),
        )
        for role, part in parts
    )


def _notes(names: Sequence[str], done: SideBySide) -> Iterator[str]:
    outcome = done.outcomes[0]
    if outcome.dropped:
        yield (
            f"{outcome.dropped:,} of {outcome.rows:,} rows dropped for a missing value "
            "in a model or label"
        )
    kinds = [reading.verdict.kind.value.replace("_", " ") for reading in done.readings]
    if len(set(kinds)) > 1:
        said = ", ".join(f"{name} as {kind}" for name, kind in zip(names, kinds, strict=True))
        yield f"the models are read as different kinds: {said}; --kind reads all as one"
    clipped: dict[tuple[str, int, str], list[str]] = {}
    for place, same in enumerate(done.by_loss()):
        for name, side in zip(names, done.outcomes, strict=True):
            key = name, side.losses[place].tally().clipped, same[0].convention.name
            clipped.setdefault(key, []).append(same[0].loss.short)
    for (name, number, way), losses in clipped.items():
        if number:
            yield f"{name}: {number:,} probabilities clipped ({way}): {', '.join(losses)}"
