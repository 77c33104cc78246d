"""Losses that do not go over rows block by block with the others: each is asked of `eval`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from losscli.conventions.table import CONVENTIONS
from losscli.losses.definition.loss import Loss
from losscli.losses.registry import REGISTRY
from losscli.matching.candidates import Finding
from losscli.matching.command import Command, Source


def unlike_losses(losses: Iterable[Loss] = REGISTRY, *, deep: bool = True) -> list[Loss]:
    """Those of samples that are not paired; where data are `deep`, also those of their dimensions.

    Deep are arrays of more dimensions than rows and items.
    """
    return [
        loss
        for loss in losses
        if any(
            ((deep and reading.dims) or not reading.paired) and not reading.inputs
            for reading in loss.readings
        )
    ]


def asked_directly(losses: Iterable[Loss], source: Source) -> Iterator[Finding]:
    """What `eval` prints of each loss, under each convention that changes it."""
    for loss in losses:
        known: set[float] = set()
        printing = [row.name for row in CONVENTIONS.values() if row.prints(loss)]
        for place, name in enumerate(printing):
            command = Command(loss.short, name)
            value = source.value(command)
            if value is None and not place:
                break
            if value is None or value in known:
                continue
            known.add(value)
            cost = (0.5 if loss.featured else 1.5) + (1.0 if place else 0.0)
            yield Finding(value, loss, name, (), cost, value, (command,))
