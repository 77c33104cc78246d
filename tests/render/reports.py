"""Reports built by hand, with the numbers of sample_data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from losscli.evaluating.report import (
    Baseline,
    Bin,
    Decomposition,
    Input,
    IntervalMethod,
    Report,
    Result,
)
from losscli.inputs.findings import ReadRole, UnusedColumn
from losscli.task.advice import Recommendation
from losscli.vocabulary import Evidence

HOSTILE = "\x1b[31mred\x1b]0;owned\x07[red]=cmd()<script>\u202e\x9b\n|`"


def result(loss: str = "binary_cross_entropy", **changes: Any) -> Result:
    """The cross entropy of breast_cancer.csv, with changes."""
    usual = Result(
        loss=loss,
        title=loss.replace("_", " "),
        value=0.07177570909570363,
        n=228,
        reduction="mean",
        convention="standard",
        kind="probability",
        unit="nats",
        params={},
        lower_is_better=True,
        recommended=False,
        standard_error=0.017048771138819512,
        interval=(0.03836073168295147, 0.1051906865084558),
        minimum=1.0000000494736474e-07,
        maximum=2.5257286443082556,
        weight=228.0,
        baseline=Baseline(0.6604327389156528, "base rate"),
        skill=0.8913201831672514,
        clipped=0,
        dropped=0,
        ignored=0,
        parts={},
        signature="",
        interval_method=IntervalMethod("normal"),
    )
    changed = usual.changed(**changes)
    if changed.signature:
        return changed
    fields = {"like": changed.convention, "kind": changed.kind, "reduction": changed.reduction}
    words = [f"{name}:{word}" for name, word in fields.items()]
    return changed.changed(signature="|".join([loss, *words, f"n:{changed.n}", "losscli:0.1.0"]))


def advice(**changes: Any) -> Recommendation:
    """The recommendation for imbalanced.csv, with changes."""
    usual = Recommendation(
        task="binary",
        kind="probability",
        loss="binary_cross_entropy",
        title="binary cross entropy",
        confidence="high",
        because="one probability per row answers one yes-or-no question",
        evidence=(
            Evidence("shape", "one item per row", "one yes-or-no question, or one number"),
            Evidence("values", "all in [0, 1] (from 4.80328e-09 to 0.997)", "probabilities"),
            Evidence("labels", "0 and 1 only", "yes or no"),
            Evidence("balance", "class '1' is 4.0 % of the rows", "imbalanced"),
        ),
        suggestions=(
            "weight the positive label against the imbalance: -l bce:pos_weight=24.1",
            "focal loss, so that many easy rows do not drown the hard ones: -l focal:gamma=2",
        ),
    )
    return replace(usual, **changes)


def report(results: Sequence[Result], **changes: Any) -> Report:
    """What was found in breast_cancer.csv, with changes."""
    file = "sample_data/breast_cancer.csv"
    usual = Report(
        version="0.1.0",
        inputs=(
            Input("pred", file, ("prob",), 228, "text"),
            Input("label", file, ("label",), 228, "text"),
        ),
        task="binary",
        kind="probability",
        results=tuple(results),
        recommendation=advice(),
        notes=("11 probabilities clipped (standard; --like exact does not clip): bce, brier",),
        read=(
            ReadRole("pred", file, ("prob",), guessed=True),
            ReadRole("label", file, ("label",), guessed=True),
        ),
        unused=(UnusedColumn("id", file), UnusedColumn("logit", file)),
        evidence=(Evidence("column prob", "by its name", "the prediction"),),
    )
    return replace(usual, **changes)


def binary() -> Report:
    """Three losses; two were clipped, one has no unit and one no interval."""
    return report(
        [
            result(recommended=True, clipped=11),
            result(
                "brier",
                title="Brier score",
                value=0.021142655218552513,
                interval=(0.008773596115533354, 0.03351171432157167),
                standard_error=0.006310860403856765,
                unit="",
                baseline=Baseline(0.233821945213912, "base rate"),
                skill=0.9095779688291868,
                clipped=11,
            ),
            result(
                "sum_squared_error",
                title="half the sum of squared errors",
                value=2410.25,
                reduction="sum",
                interval=None,
                standard_error=None,
                unit="label²",
                baseline=None,
                skill=None,
                n=226,
                dropped=2,
            ),
        ]
    )


def taken_apart() -> Report:
    """A loss with what it is made of; the labels are shares."""
    made_of = Decomposition(
        calibration=0.025457551392638646,
        refinement=0.04730955550871392,
        within=-0.0009913978056489345,
        uncertainty=0.6604327389156527,
        resolution=0.6131231834069387,
        entropy=0.05,
        divergence=0.02177570909570363,
        groups=13,
        bins=(Bin(0.0, 1 / 15, 120, 0.0123, 0.0), Bin(0.2, 4 / 15, 108, 0.25, 0.5)),
    )
    return report([result(decomposition=made_of, recommended=True)])


def divergence() -> Report:
    """A loss that is made of parts, and one that is worse than the baseline."""
    return report(
        [
            result(
                "kl_divergence",
                title="Kullback–Leibler divergence",
                value=0.07236657859726725,
                interval=(0.0, 0.1088),
                parts={"cross_entropy": 0.5723665785972673, "entropy": 0.5},
                recommended=True,
            ),
            result("log_loss", title="a loss that is worse than nothing", value=1.5, skill=-1.271),
        ]
    )


def hostile() -> Report:
    """Every text that may come from outside is hostile."""
    return report(
        [
            result(
                title=HOSTILE,
                unit=HOSTILE,
                convention=HOSTILE,
                params={"names": HOSTILE},
                parts={HOSTILE: 1.0},
                baseline=Baseline(0.5, HOSTILE),
                signature=f"={HOSTILE}```",
                recommended=True,
            )
        ],
        inputs=(Input("pred", HOSTILE, (HOSTILE,), 228, HOSTILE),),
        recommendation=advice(
            title=HOSTILE,
            because=HOSTILE,
            evidence=(Evidence(HOSTILE, HOSTILE, HOSTILE),),
            suggestions=(HOSTILE,),
        ),
        notes=(HOSTILE,),
    )
