"""BCE or CE? The advice that follows from a task and kind, in words."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from losscli.losses.registry import REGISTRY
from losscli.task.decision import Decision
from losscli.vocabulary import Evidence, Kind, Task


class Recommendation(Struct, frozen=True):
    """Which loss fits the data, and why.

    `loss` is a canonical id, `kind` how the prediction is read, `confidence` is high, medium or
    low, `suggestions` say what else is worth a look (class weights, focal loss).
    """

    task: str
    kind: str
    loss: str
    title: str
    confidence: str
    because: str
    evidence: tuple[Evidence, ...]
    suggestions: tuple[str, ...]


RECOMMENDED = {
    Task.REGRESSION: "mean_squared_error",
    Task.BINARY: "binary_cross_entropy",
    Task.MULTILABEL: "binary_cross_entropy",
    Task.MULTICLASS: "categorical_cross_entropy",
    Task.CLASSES: "zero_one",
    Task.DISTRIBUTION: "categorical_cross_entropy",
    Task.FORECAST: "crps_ensemble",
    Task.RANKING: "softmax_ranking",
    Task.PAIRS: "hinge_embedding",
    Task.EMBEDDING: "ntxent",
    Task.MASKS: "dice",
    Task.SEQUENCE: "ctc",
    Task.SAMPLES: "wasserstein_distance",
    Task.TEXTS: "token_perplexity",
}

# Where the kind of prediction tells more than the task.
_RECOMMENDED_OF_KIND = {Kind.QUANTILE: "pinball"}

_BECAUSE = {
    Task.REGRESSION: "the labels are real values: neither BCE nor CE, a regression loss",
    Task.BINARY: "one {kind} per row answers one yes-or-no question",
    Task.MULTILABEL: "several {kind} per row that do not share a sum of 1 answer a question each: "
    "BCE per item",
    Task.MULTICLASS: "the items of a row are {kind} of classes that compete: one is true",
    Task.CLASSES: "predictions are classes already, as the labels are: the share that is wrong",
    Task.DISTRIBUTION: "the items of a row are {kind} of classes, and so are the labels' shares",
    Task.FORECAST: "several items per row forecast one real value: members of an ensemble, or the "
    "parameters of a distribution (-l crps_normal, -l log_score_normal, …)",
    Task.RANKING: "each row is a list of items to be put in order",
    Task.PAIRS: "each row is a pair that belongs together or does not",
    Task.EMBEDDING: "each row is a point, and its label says to whom it is near",
    Task.MASKS: "each row is a mask of items and classes",
    Task.SEQUENCE: "each row is a sequence whose label is shorter than itself",
    Task.SAMPLES: "two samples whose rows do not belong together",
    Task.TEXTS: "each row is a text whose tokens have log-probabilities: perplexity, per unit that "
    "the models compared share",
    Task.SCORES: "another evaluator has scored the rows: their mean",
}

_OF_DECISIONS = (
    "balanced_error_rate, f1_loss or mcc_loss where classes are of unlike size",
    "probabilities instead of decisions: they also tell how sure the model is",
)

_BECAUSE_OF_KIND = {
    Kind.QUANTILE: "the columns are quantiles of one real value, at the levels in their names",
}

_KIND_WORDS = {
    Kind.PROBABILITY: ("probability", "probabilities"),
    Kind.LOGIT: ("logit", "logits"),
    Kind.LOG_PROBABILITY: ("log-probability", "log-probabilities"),
    Kind.TANH: ("tanh output", "tanh outputs"),
    Kind.SCORE: ("score", "scores"),
    Kind.CLASS: ("class", "classes"),
    Kind.VALUE: ("value", "values"),
    Kind.DISTRIBUTION: ("parameter", "parameters"),
    Kind.INTERVAL: ("end", "ends"),
    Kind.ENSEMBLE: ("member", "members"),
    Kind.QUANTILE: ("quantile", "quantiles"),
    Kind.EMBEDDING: ("coordinate", "coordinates"),
    Kind.DISTANCE: ("distance", "distances"),
}


def recommended(verdict: Decision) -> str | None:
    """The id of the loss that fits data of that task and kind best; None where none does."""
    if verdict.decided:
        return "hamming" if verdict.task is Task.MULTILABEL else RECOMMENDED[Task.CLASSES]
    return _RECOMMENDED_OF_KIND.get(verdict.kind) or RECOMMENDED.get(verdict.task)


def _because(verdict: Decision) -> str:
    if verdict.decided:
        return _BECAUSE[Task.CLASSES]
    return _BECAUSE_OF_KIND.get(verdict.kind, _BECAUSE[verdict.task])


# A class rarer than this share of the rows is worth a word about imbalance.
RARE = 0.1


def recommend_for(verdict: Decision, shares: tuple[tuple[str, float], ...] = ()) -> Recommendation:
    """The advice for data of that task and kind.

    `shares` are the classes of the labels with their share of the rows; a rare one brings up class
    weights and focal loss.
    """
    if verdict.task is Task.SCORES:
        return Recommendation(
            task=verdict.task,
            kind=verdict.kind,
            loss="score",
            title="mean of the scores",
            confidence=verdict.confidence,
            because=_BECAUSE[verdict.task],
            evidence=verdict.evidence,
            suggestions=(),
        )
    loss = REGISTRY.get(recommended(verdict) or "")
    words = _KIND_WORDS[verdict.kind][verdict.task is not Task.BINARY]
    title = f"{loss.title} with logits" if verdict.kind is Kind.LOGIT else loss.title
    if verdict.task is Task.MULTILABEL:
        title += " per item"
    return Recommendation(
        task=verdict.task,
        kind=verdict.kind,
        loss=loss.id,
        title=title,
        confidence=verdict.confidence,
        because=_because(verdict).format(kind=words),
        evidence=(*verdict.evidence, *_imbalance_evidence(verdict.task, shares)),
        suggestions=_OF_DECISIONS if verdict.decided else _suggestions(verdict.task, shares),
    )


def _rarest(shares: tuple[tuple[str, float], ...]) -> tuple[str, float] | None:
    present = [pair for pair in shares if pair[1] > 0]
    if len(present) < 2:
        return None
    name, share = min(present, key=lambda pair: pair[1])
    even = 1.0 / len(present)
    return (name, share) if share < RARE and share < 0.5 * even else None


def _imbalance_evidence(task: Task, shares: tuple[tuple[str, float], ...]) -> tuple[Evidence, ...]:
    rarest = _rarest(shares)
    if rarest is None:
        return ()
    name, share = rarest
    what = f"label {name!r}" if task is Task.MULTILABEL else f"class {name!r}"
    return (Evidence("balance", f"{what} is {100.0 * share:.1f} % of the rows", "imbalanced"),)


def _suggestions(task: Task, shares: tuple[tuple[str, float], ...]) -> tuple[str, ...]:
    if task is Task.REGRESSION:
        return ("mae or huber where outliers should not rule", "rmse to speak in the label's unit")
    if task is Task.CLASSES:
        return _OF_DECISIONS
    rarest = _rarest(shares)
    if rarest is None:
        return tuple(_same(task))
    share = rarest[1]
    if task is Task.MULTICLASS:
        return (
            "class weights against the imbalance: --class-weight W0,W1,…",
            "focal loss, so that many easy rows do not drown the hard ones: -l focal:gamma=2",
            *_same(task),
        )
    return (
        "weight the positive label against the imbalance: "
        f"-l bce:pos_weight={(1.0 - share) / share:.3g}",
        "focal loss, so that many easy rows do not drown the hard ones: -l focal:gamma=2",
    )


def _same(task: Task) -> Iterator[str]:
    """The losses that are not shown because another one always has their value."""
    for loss in REGISTRY:
        if other := loss.equals.get(task):
            short = REGISTRY.get(other).short
            yield f"{loss.short} equals {short} of one-hot labels, which have no entropy"
