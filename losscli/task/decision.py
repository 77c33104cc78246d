"""What is decided of data, and what the user or the names of columns say beforehand."""

from __future__ import annotations

from msgspec import Struct

from losscli.errors import UsageError
from losscli.vocabulary import Evidence, Kind, Task

HIGH, MEDIUM, LOW = "high", "medium", "low"


class Hints(Struct, frozen=True):
    """What the user said, or the names of the columns suggest, about the reading."""

    kind: Kind | None = None
    task: Task | None = None
    named: Kind | None = None
    """The kind that the prediction columns' names speak of (`prob`, `logit`, `q0.9`)."""
    worded: bool = False
    """Whether the labels' words were given in order, so that they are no real values."""
    quantities: bool = False
    """Whether a column's name speaks of something counted or measured (`rating`, `sales`)."""


NOTHING_SAID = Hints()


class Decision(Struct, frozen=True):
    """The task and kind of the data, how sure that is, and why.

    `doubts` are what may be a slip of whoever gave the data, and how to mend it. `decided` says
    that the predictions are answers or one-hot rows, as labels are, and tell nothing of how sure
    the model is.
    """

    task: Task
    kind: Kind
    confidence: str
    evidence: tuple[Evidence, ...]
    doubts: tuple[str, ...] = ()
    decided: bool = False
    question: UsageError | None = None
    """What has to be said before this reading gives a number, with the choices."""


def told_of_values(hints: Hints) -> bool:
    """Whether something but the values says how they are to be read.

    Columns that are called probabilities may hold answers all the same.
    """
    named = hints.named not in (None, Kind.PROBABILITY)
    return hints.kind is not None or hints.task is not None or named


# What the name of a prediction column says about its kind: whole names and first parts.
NAMED_KINDS = {
    "p": Kind.PROBABILITY,
    "prob": Kind.PROBABILITY,
    "proba": Kind.PROBABILITY,
    "probs": Kind.PROBABILITY,
    "probability": Kind.PROBABILITY,
    "logit": Kind.LOGIT,
    "logits": Kind.LOGIT,
    "tanh": Kind.TANH,
    "logp": Kind.LOG_PROBABILITY,
    "logprob": Kind.LOG_PROBABILITY,
}


def kind_named_by(columns: tuple[str, ...]) -> Kind | None:
    """The kind on which the columns' names agree, if any: `prob_rf` says probability."""
    kinds = {NAMED_KINDS.get(name.lower().replace(".", "_").split("_")[0]) for name in columns}
    return kinds.pop() if len(kinds) == 1 else None
