"""How large chance alone makes a calibration error: notes of a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.accumulators import SumAccumulator
from losscli.engine.evaluation import Evaluation
from losscli.evaluating.one_pass import Evaluated
from losscli.evaluating.reading import DataReading
from losscli.evaluating.report import Report
from losscli.losses.calibration import CALIBRATION_ERROR
from losscli.stats.calibrated import by_chance


class CalibrationErrors:
    """Says of each calibration error what a perfectly calibrated model would show."""

    def watch(self, reading: DataReading) -> None:
        """Its sums are those of the loss."""

    def add_to(self, report: Report, found: Evaluated, seen: None) -> Report:
        """The report with these notes."""
        notes = [
            _note(item, loss)
            for item, loss in zip(found.reading.evaluations, found.outcome.losses, strict=True)
            if item.loss is CALIBRATION_ERROR and isinstance(loss, SumAccumulator)
        ]
        return replace(report, notes=(*report.notes, *filter(None, notes)))


def _note(evaluation: Evaluation, loss: SumAccumulator) -> str:
    """What chance alone makes it; empty for weighted rows, of which that is not known."""
    sums = {
        name: np.array([float(each.exact) for each in columns])
        for name, columns in loss.totals.sums.items()
    }
    rows = sums["rows"]
    if not rows.any() or rows.sum() != loss.totals.rows:
        return ""
    here = rows > 0.0
    counts, confidence = (
        rows[here].astype(np.int64),
        (sums["confidence"] / np.maximum(rows, 1))[here],
    )
    chance = by_chance(
        confidence[:, None],
        counts,
        lambda rates: _gap(confidence, rates[:, 0], counts, evaluation.params),
    )
    return (
        f"{CALIBRATION_ERROR.short}: a calibrated model has {chance.mean:.3g} by chance "
        f"(90 %: {chance.low:.3g} to {chance.high:.3g})"
    )


def _gap(
    confidence: Array, rates: Array, counts: NDArray[np.int64], params: Mapping[str, Any]
) -> float:
    gaps = np.abs(confidence - rates)
    if params["norm"] == "max":
        return float(gaps.max())
    share = counts / counts.sum()
    if params["norm"] == "l2":
        return float(np.sqrt((share * gaps * gaps).sum()))
    return float((share * gaps).sum())
