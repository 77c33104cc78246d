"""The words that every stage shares: what is predicted, how it is written, how it is reduced."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from losscli.errors import UsageError

# Words for no and yes whose order needs no flag, in small letters.
YES_OR_NO = (("0", "1"), ("false", "true"), ("no", "yes"), ("n", "y"), ("negative", "positive"))


class Task(StrEnum):
    """What kind of thing is predicted."""

    REGRESSION = "regression"
    BINARY = "binary"
    MULTILABEL = "multilabel"
    MULTICLASS = "multiclass"
    CLASSES = "classes"
    DISTRIBUTION = "distribution"
    FORECAST = "forecast"
    RANKING = "ranking"
    PAIRS = "pairs"
    EMBEDDING = "embedding"
    MASKS = "masks"
    SEQUENCE = "sequence"
    SAMPLES = "samples"
    TEXTS = "texts"
    SCORES = "scores"


class Kind(StrEnum):
    """How the numbers of a prediction are to be read."""

    VALUE = "value"
    PROBABILITY = "probability"
    LOGIT = "logit"
    LOG_PROBABILITY = "log_probability"
    TANH = "tanh"
    SCORE = "score"
    CLASS = "class"
    DISTRIBUTION = "distribution"
    INTERVAL = "interval"
    ENSEMBLE = "ensemble"
    QUANTILE = "quantile"
    EMBEDDING = "embedding"
    DISTANCE = "distance"


class Reduction(StrEnum):
    """How the losses of the rows become one number.

    `batchmean` is the sum over rows ÷ rows, `weighted_mean` divides by the sum of the weights
    whatever the convention; `columns` gives one mean per column and `none` one loss per row.
    """

    MEAN = "mean"
    SUM = "sum"
    BATCHMEAN = "batchmean"
    WEIGHTED_MEAN = "weighted_mean"
    COLUMNS = "columns"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One step of reasoning: what was looked at, what was found, what follows."""

    step: str
    finding: str
    follows: str


def member(enum: Any, value: str, what: str) -> Any:
    """The member of an enum that a word names. Raises UsageError for a word that names none."""
    try:
        return enum(str(value).lower().replace("-", "_"))
    except ValueError:
        known = ", ".join(enum)
        raise UsageError(f"no {what} {value!r}", hint=f"Known: {known}.") from None
