"""The names that completion offers."""

from __future__ import annotations


def loss_names(incomplete: str) -> list[str]:
    """The ids and aliases that go on as the last of a list of losses does."""
    from losscli.losses.registry import REGISTRY

    names = dict.fromkeys(name for loss in REGISTRY for name in (loss.id, *loss.aliases))
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in names if name.startswith(last)]


def convention_names(incomplete: str) -> list[str]:
    """The conventions that begin so."""
    from losscli.conventions.table import CONVENTIONS

    return [name for name in CONVENTIONS if name.startswith(incomplete)]
