"""A proper score taken apart: calibration and refinement, entropy and divergence."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.evaluation import Batch, Evaluation
from losscli.evaluating.one_pass import Evaluated
from losscli.evaluating.probability_groups import BINS, FIXED, PLACES, Grouping, ProbabilitySums
from losscli.evaluating.reading import DataReading
from losscli.evaluating.recalibration import recalibration, sample_of
from losscli.evaluating.report import Bin, Decomposition, Report
from losscli.losses.definition.loss import ProperScore
from losscli.stats.calibrated import by_chance
from losscli.stats.sample import RowSample
from losscli.vocabulary import Task


class Explanation:
    """Takes each proper score of a report apart; says what recalibration would bring, if asked."""

    def __init__(self, *, recalibrated: bool = True) -> None:
        self._recalibrated = recalibrated

    def watch(self, reading: DataReading) -> Explained:
        """Sums probabilities and labels by group, and keeps some."""
        return Explained(Grouping(reading.evaluations), sample_of(reading.evaluations))

    def add_to(self, report: Report, found: Evaluated, seen: Explained) -> Report:
        """The report with each proper score taken apart."""
        results, notes = [], []
        grouped = zip(seen.groups.sums, seen.groups.reasons, strict=True)
        for place, (result, item, (groups, why)) in enumerate(
            zip(report.results, found.reading.evaluations, grouped, strict=True)
        ):
            parts = None
            if groups is not None and result.value is not None:
                parts = decomposition(item, groups, result.value)
                why = "" if parts else "it is not finite"
            if parts is not None and self._recalibrated:
                found_better = recalibration(item, place, seen.sample)
                parts = replace(parts, recalibration=found_better)
            results.append(result.changed(decomposition=parts))
            if why:
                notes.append(f"{result.title} is not taken apart: {why}")
        if not any(item.loss.score for item in found.reading.evaluations):
            notes.append("nothing to take apart: none of these is a proper score of probabilities")
        return replace(report, results=tuple(results), notes=(*report.notes, *notes))


class Explained(Struct):
    """What a pass gathers for it."""

    groups: Grouping
    sample: RowSample

    def add(self, batch: Batch) -> None:
        """Take in a batch."""
        self.groups.add(batch)
        self.sample.add(batch)

    def fresh(self) -> Explained:
        """One that has seen nothing."""
        return Explained(self.groups.fresh(), self.sample.fresh())

    def merge(self, later: Explained) -> None:
        """Take in what another one has seen of later rows."""
        self.groups.merge(later.groups)
        self.sample.merge(later.sample)


def decomposition(
    evaluation: Evaluation, groups: ProbabilitySums, value: float
) -> Decomposition | None:
    """What the value of a proper score is made of; None where it is not finite.

    Rows are grouped by predicted class and probability. With mean prediction p̄ₖ and mean label ȳₖ
    of group k, its share wₖ of the weight, the score's divergence d and entropy e (Bröcker 2009,
    Q. J. R. Meteorol. Soc. 135; Murphy 1973 for the Brier score):

        calibration = Σ wₖ d(ȳₖ, p̄ₖ), refinement = Σ wₖ e(ȳₖ), within = value − both

    `within` is what the groups are too coarse for, 0 where each holds one prediction (Stephenson,
    Coelho & Jolliffe 2008).
    """
    sums = groups.sums
    here = groups.counts > 0
    question = (np.arange(len(sums)) // PLACES)[here] if _asks_several(evaluation) else None
    sums = sums[here]
    weight = sums[:, 0]
    total = math.fsum(weight)
    score = math.fsum(sums[:, 1]) / total if total else math.nan
    if not (math.isfinite(value) and math.isfinite(score)) or total <= 0.0:
        return None
    scale = value / score if score else 1.0
    width = (sums.shape[1] - FIXED) // 2
    pred = sums[:, FIXED : FIXED + width] / weight[:, None]
    label = sums[:, FIXED + width :] / weight[:, None]
    share = weight / total
    take = _Taken(evaluation.loss.score is ProperScore.LOG)
    refinement = scale * math.fsum(share * take.entropy(label, sums[:, 2] / weight))
    uncertainty = scale * take.overall(sums, question, width, total)
    if groups.single:
        calibration, within = max(0.0, value - refinement), 0.0
    else:
        calibration = scale * math.fsum(share * take.divergence(label, pred))
        if not math.isfinite(calibration):
            return None
        within = math.fsum((value, -calibration, -refinement))
    chance = None
    counts = groups.counts[here]
    if not sums[:, 3].any() and (weight == counts).all():

        def cost(rates: Array) -> float:
            return scale * math.fsum(share * take.divergence(rates, pred))

        chance = by_chance(pred, counts, cost)
    entropy = scale * math.fsum(sums[:, 3]) / total if take.log else 0.0
    return Decomposition(
        calibration=calibration,
        refinement=refinement,
        within=within,
        uncertainty=uncertainty,
        resolution=max(0.0, uncertainty - refinement),
        entropy=entropy or None,
        divergence=value - entropy if entropy else None,
        groups=int(here.sum()),
        bins=tuple(_bins(groups)),
        calibration_by_chance=chance,
    )


def _asks_several(evaluation: Evaluation) -> bool:
    """Whether a row is several questions, each with base rates of its own."""
    return evaluation.task is Task.MULTILABEL


class _Taken:
    """Entropy and divergence of the logarithmic or the quadratic score."""

    def __init__(self, log: bool) -> None:
        self.log = log

    def entropy(self, label: Array, squares: Array) -> Array:
        """What the best constant prediction costs, group by group; `squares` is mean Σ label²."""
        if not self.log:
            return np.maximum(0.0, squares - (label * label).sum(axis=1))
        return -np.sum([_log_terms(side, side) for side in _both(label)], axis=0)

    def divergence(self, label: Array, pred: Array) -> Array:
        """What the mean prediction of each group costs beyond that."""
        if not self.log:
            return np.asarray(((pred - label) ** 2).sum(axis=1))
        pairs = zip(_both(label), _both(pred), strict=True)
        found = np.sum([_log_terms(a, a) - _log_terms(a, b) for a, b in pairs], axis=0)
        return np.maximum(0.0, found)

    def overall(
        self, sums: Array, question: NDArray[np.intp] | None, width: int, total: float
    ) -> float:
        """The entropy of all rows, question by question."""
        asked = np.zeros(len(sums), np.intp) if question is None else question
        parts = []
        for one in np.unique(asked):
            mine = sums[asked == one]
            weight = math.fsum(mine[:, 0])
            labels = mine[:, FIXED + width :]
            label = np.array([[math.fsum(column) / weight for column in labels.T]])
            squares = np.array([math.fsum(mine[:, 2]) / weight])
            parts.append(weight / total * float(self.entropy(label, squares)[0]))
        return math.fsum(parts)


def _both(shares: Array) -> list[Array]:
    return [shares, 1.0 - shares] if shares.shape[1] == 1 else [shares]


def _log_terms(label: Array, pred: Array) -> Array:
    """Σ label · log pred over items, 0 where the label is 0; −∞ for what was thought impossible."""
    with np.errstate(divide="ignore"):
        log = np.log(np.where(label > 0.0, pred, 1.0))
    return np.asarray((label * log).sum(axis=1))


def _bins(groups: ProbabilitySums) -> list[Bin]:
    """The groups by probability alone: what was predicted on average, and how often it was so."""
    sums = groups.sums
    place = np.arange(len(sums)) % PLACES
    found = []
    for number in range(PLACES):
        mine = place == number
        weight = math.fsum(sums[mine, 0])
        if not weight:
            continue
        low = number / BINS
        found.append(
            Bin(
                low=low,
                high=min(1.0, (number + 1) / BINS),
                rows=int(groups.counts[mine].sum()),
                mean_prediction=math.fsum(sums[mine, 4]) / weight,
                frequency=math.fsum(sums[mine, 5]) / weight,
            )
        )
    return found
