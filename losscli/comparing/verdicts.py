"""What a pass over several models found → verdicts, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, product

from msgspec import Struct

from losscli.comparing.margins import not_worse
from losscli.comparing.planning import planned, rounded_up
from losscli.comparing.report import ComparedSlice, Comparison, ComparisonReport, Verdict
from losscli.comparing.side_by_side import Contest, SideBySide
from losscli.comparing.tolerances import Tolerances
from losscli.evaluating.groups import natural
from losscli.evaluating.misread import labels_as_places, misread_as_logits
from losscli.evaluating.report import Input, IntervalMethod
from losscli.evaluating.signature import signature
from losscli.inputs.rivals import Rivals
from losscli.losses.registry import REGISTRY
from losscli.stats.groups import Resampling
from losscli.stats.holm import ALPHA, holm, holm_levels
from losscli.stats.paired import PairedResult
from losscli.stats.units import few_clusters
from losscli.version import __version__


def comparison_report(
    rivals: Rivals,
    names: Sequence[str],
    done: SideBySide,
    resampling: Resampling,
    margins: Tolerances | None = None,
    plan: Tolerances | None = None,
) -> ComparisonReport:
    """Everything that one comparison found; the verdicts are adjusted for the number of tests."""
    judge = _Judge(names, done, resampling, margins, plan)
    [comparisons] = judge.comparisons([done.whole])
    outcome = done.outcomes[0]
    findings = rivals.together.findings
    steps = (*findings.evidence, *done.readings[0].verdict.evidence)
    return ComparisonReport(
        version=__version__,
        inputs=_inputs(rivals, outcome.rows),
        task=done.readings[0].verdict.task.value,
        rows=outcome.rows,
        models=tuple(names),
        comparisons=comparisons,
        tests=judge.tests(comparisons),
        resamples=resampling.resamples,
        seed=resampling.seed,
        notes=tuple(
            dict.fromkeys(
                [
                    *rivals.notes,
                    *_notes(rivals, names, done),
                    *_cluster_notes(comparisons),
                    *_unplanned(comparisons, plan),
                ]
            )
        ),
        slices=tuple(_slices(judge, done)),
        read=findings.read,
        unused=findings.unused,
        evidence=tuple(dict.fromkeys(steps)),
    )


def _slices(judge: _Judge, done: SideBySide) -> Iterator[ComparedSlice]:
    for column, groups in done.groups.columns.items():
        order = sorted(groups, key=natural)
        found = judge.comparisons([groups[value] for value in order])
        tests = judge.tests(chain.from_iterable(found))
        for value, comparisons in zip(order, found, strict=True):
            yield ComparedSlice(column, value, tests, comparisons)


class _Judge(Struct, frozen=True):
    """Every loss of every model against the first."""

    names: Sequence[str]
    done: SideBySide
    resampling: Resampling
    margins: Tolerances | None
    plan: Tolerances | None

    def comparisons(self, contests: Sequence[Contest]) -> list[tuple[Comparison, ...]]:
        """Those of each contest, their verdicts adjusted for the number of tests in all."""
        pairs = list(product(range(len(self.done.by_loss())), range(1, len(self.names))))
        found = [
            (contest, pair, *contest.against_first(*pair)) for contest in contests for pair in pairs
        ]
        firsts = _firsts([(contest, model, result) for contest, (_, model), *_, result in found])
        own = [
            result.p if result is not None and first == place else None
            for place, (first, (*_, result)) in enumerate(zip(firsts, found, strict=True))
        ]
        ps, levels = holm(own), holm_levels(own)
        # Before anything is seen, each test has an equal part of the 5 %.
        part = ALPHA / max(1, sum(p is not None for p in ps))
        judged = [
            self._comparison(
                *item, ps[first], levels[first], part, None if place == first else found[first][1]
            )
            for place, (item, first) in enumerate(zip(found, firsts, strict=True))
        ]
        return [tuple(judged[at : at + len(pairs)]) for at in range(0, len(judged), len(pairs))]

    @staticmethod
    def tests(comparisons: Iterable[Comparison]) -> int:
        """How many tests they rest on: several may rest on one."""
        return sum(item.p is not None and item.same_test_as is None for item in comparisons)

    def _comparison(
        self,
        contest: Contest,
        pair: tuple[int, int],
        first: float,
        second: float,
        result: PairedResult | None,
        p_holm: float | None,
        alpha: float,
        part: float,
        tested_with: tuple[int, int] | None,
    ) -> Comparison:
        place, model = pair
        evaluation = self.done.readings[0].evaluations[place]
        loss = evaluation.loss
        reference, name = self.names[0], self.names[model]
        sign = 1.0 if loss.lower_is_better else -1.0
        verdict = _verdict(sign * (second - first), result, p_holm)
        needed = None
        if verdict is Verdict.NOT_PROVEN and result is not None:
            needed = result.needed_range(alpha)
        interval = None if result is None else result.interval(alpha)
        lead = None if tested_with is None else self.done.readings[0].evaluations[tested_with[0]]
        rows = contest.tally(place, 0).rows
        return Comparison(
            loss=loss.id,
            title=loss.title,
            reference=reference,
            model=name,
            reference_value=first,
            value=second,
            difference=0.0 if verdict is Verdict.EQUAL else second - first,
            interval=interval,
            level=1.0 - alpha,
            standard_error=None if result is None else result.standard_error,
            p=None if result is None else result.p,
            p_holm=p_holm,
            better=_better(result, lower_is_better=loss.lower_is_better),
            equal=None if result is None else result.equal,
            n=rows,
            verdict=verdict,
            rows_needed=None if needed is None else needed[0],
            rows_needed_most=None if needed is None else needed[1],
            words=_words(
                verdict, reference, name, needed, rounded=result is not None and result.rounded
            ),
            unit=loss.unit,
            params=dict(evaluation.params),
            lower_is_better=loss.lower_is_better,
            recommended=evaluation.recommended,
            convention=evaluation.convention.name,
            interval_method=None
            if interval is None or result is None
            else IntervalMethod(result.method, None, result.units, None),
            not_worse=None
            if self.margins is None or result is None
            else not_worse(
                result,
                *self.margins.share_and_amount(loss.id),
                lower_is_better=loss.lower_is_better,
            ),
            plan=None
            if self.plan is None or result is None
            else planned(result, *self.plan.share_and_amount(loss.id), part),
            signatures=(self._signature(place, 0, rows), self._signature(place, model, rows)),
            units="rows" if result is None else result.units,
            clusters=result.unit_count if result is not None and result.clustered else None,
            design_effect=None if result is None else result.design_effect,
            decisive=None if result is None else result.decisive,
            same_test_as=None if lead is None else lead.loss.id,
        )

    def _signature(self, place: int, model: int, rows: int) -> str:
        reading = self.done.readings[model]
        return signature(reading.evaluations[place], rows, reading.setting)


def _firsts(found: Sequence[tuple[Contest, int, PairedResult | None]]) -> list[int]:
    """For each result the place of the first that is the same test, of the same rows and model."""
    firsts: list[int] = []
    distinct: dict[tuple[int, int], list[tuple[int, PairedResult]]] = {}
    for place, (contest, model, result) in enumerate(found):
        known = distinct.setdefault((id(contest), model), [])
        same = [first for first, other in known if result and result.one_test_with(other)]
        firsts.append(same[0] if same else place)
        if result is not None and not same:
            known.append((place, result))
    return firsts


def _better(result: PairedResult | None, *, lower_is_better: bool) -> float | None:
    if result is None or result.lower is None or result.equal is None:
        return None
    return result.lower if lower_is_better else 1.0 - result.lower - result.equal


def _verdict(harm: float, result: PairedResult | None, p: float | None) -> Verdict:
    """What is proven; `harm` is by how much the second model is worse."""
    if result is None or p is None:
        return Verdict.UNTESTED
    if result.same:
        return Verdict.EQUAL
    if p > ALPHA or harm == 0.0:
        return Verdict.NOT_PROVEN
    return Verdict.WORSE if harm > 0.0 else Verdict.BETTER


def _words(
    verdict: Verdict,
    reference: str,
    model: str,
    needed: tuple[int | None, int | None] | None,
    *,
    rounded: bool,
) -> str:
    if verdict is Verdict.BETTER:
        return f"{model} is better"
    if verdict is Verdict.WORSE:
        return f"{reference} is better"
    if verdict is Verdict.EQUAL:
        return "equal on every row but for rounding" if rounded else "equal on every row"
    if verdict is Verdict.UNTESTED:
        return "not tested: too few rows, or no number whose error is known"
    if needed is None:
        return "not proven"
    return f"not proven: {_rows_needed(*needed)} for 80 % power"


def _rows_needed(fewest: int | None, most: int | None) -> str:
    """How many rows would be needed, where these are too few or may be."""
    if fewest is None:
        up_to = "" if most is None else f", perhaps up to {rounded_up(most)},"
        return f"more rows{up_to} would be needed"
    to = "" if most is None else f" to {rounded_up(most)}"
    return f"{'at least ' * (not to)}{rounded_up(fewest)}{to} rows would be needed"


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


def _cluster_notes(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """Between how many clusters differences are tested, what dependence costs, and if few."""
    tested = [
        item
        for item in comparisons
        if item.p is not None and (item.clusters or item.design_effect) is not None
    ]
    if not tested:
        return
    several = len({item.model for item in tested}) > 1
    effects = [
        f"{REGISTRY.short(item.loss, item.title)}"
        f"{f' ({item.model})' if several else ''} {item.design_effect:.3g}"
        for item in tested
        if item.design_effect is not None
    ]
    effect = f"; design effect: {', '.join(effects)}" if effects else ""
    if tested[0].clusters != 1:
        yield f"differences between {tested[0].units}{effect}"
    if tested[0].clusters is not None:
        yield from few_clusters(tested[0].clusters)


def _unplanned(comparisons: Sequence[Comparison], plan: Tolerances | None) -> Iterator[str]:
    """For which losses there is no plan though one was asked for."""
    without = dict.fromkeys(
        item.title
        for item in comparisons
        if item.plan is None and plan is not None and any(plan.share_and_amount(item.loss))
    )
    if without:
        yield (
            f"no plan for {', '.join(without)}: too few rows differ to tell how far chance moves "
            "their difference, or it is not tested"
        )


def _notes(rivals: Rivals, names: Sequence[str], done: SideBySide) -> Iterator[str]:
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
    yield from (item.remark for item in done.readings[0].evaluations if item.remark)
    for model, name in enumerate(names):
        reading = done.readings[model]
        places = range(len(reading.evaluations))
        values = [done.whole.tally(place, model).finished.value for place in places]
        for place, evaluation in enumerate(reading.evaluations):
            if beyond := done.whole.tally(place, model).beyond:
                yield f"{name}: {evaluation.loss.short}: {beyond}"
        side = rivals.sides[model]
        yield from misread_as_logits(side, reading, done.outcomes[model], values, name)
        yield from labels_as_places(side, reading, done.outcomes[model])
    yield from done.notes_on_dependence()
    clipped: dict[tuple[str, int, str], list[str]] = {}
    for place, same in enumerate(done.by_loss()):
        for model, name in enumerate(names):
            key = name, done.whole.tally(place, model).clipped, same[0].convention.name
            clipped.setdefault(key, []).append(same[0].loss.short)
    for (name, number, way), losses in clipped.items():
        if number:
            yield f"{name}: {number:,} probabilities clipped ({way}): {', '.join(losses)}"
