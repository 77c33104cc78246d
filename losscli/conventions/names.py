"""The names that frameworks give to losses: `torch.nn.BCEWithLogitsLoss` → loss and settings."""

from __future__ import annotations

from losscli.losses.definition.loss import Loss, Name
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Task

# First words of a dotted name, and the framework that they belong to.
_PREFIXES = {
    "torch": "torch",
    "nn": "torch",
    "f": "torch",
    "torchvision": "torchvision",
    "keras": "keras",
    "tf": "keras",
    "tensorflow": "keras",
    "sklearn": "sklearn",
    "optax": "optax",
    "torchmetrics": "torchmetrics",
    "scoringrules": "scoringrules",
    "catboost": "catboost",
    "scipy": "scipy",
    "textbook": "textbook",
}


def framework_entry(name: str, task: Task | None = None) -> tuple[str, Loss, Name] | None:
    """The framework, loss and settings that a dotted name stands for; None for any other name.

    Where several losses share it, the one that is made for `task`.
    """
    first, dot, _ = name.strip().partition(".")
    framework = _PREFIXES.get(first.lower())
    if not dot or framework is None:
        return None
    last = name.strip().rpartition(".")[2]
    found = [
        (framework, loss, entry)
        for loss in REGISTRY
        for entry in loss.names.get(framework, ())
        if entry.name.partition("(")[0].lower() == last.lower()
    ]
    if not found:
        return None
    return next((entry for entry in found if task in entry[1].tasks), found[0])
