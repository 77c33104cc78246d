"""One framework's choices, as data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from losscli.conventions.axes import Axes
from losscli.conventions.spelling import COMMON, Said, Spelling
from losscli.losses.definition.loss import Loss
from losscli.losses.registry import REGISTRY
from losscli.vocabulary import Reduction

Table = Mapping[str, Mapping[str, Any]]

# They belong to no framework, and print every loss.
_OF_NO_FRAMEWORK = ("standard", "exact", "textbook")


def _empty() -> Mapping[str, Any]:
    return MappingProxyType({})


class Convention(Struct, frozen=True):
    """One framework's choices.

    `axes` hold for every loss but those in `exceptions` (loss id → axes that differ there);
    `defaults` are parameters whose default the framework sets otherwise (loss id → values),
    `mean_defaults` those that hold for a mean alone, and `spellings` those that go by another name
    there (loss id → name → how it reads here). `switched` are parameters that have no effect under
    the framework's own name unless another one turns them on (loss id → parameter → switch).
    """

    name: str
    summary: str
    axes: Axes = field(default_factory=Axes)
    exceptions: Table = field(default_factory=_empty)
    defaults: Table = field(default_factory=_empty)
    mean_defaults: Table = field(default_factory=_empty)
    spellings: Mapping[str, Mapping[str, Spelling]] = field(default_factory=_empty)
    switched: Mapping[str, Mapping[str, str]] = field(default_factory=_empty)

    def prints(self, loss: Loss) -> bool:
        """Whether there is a number for the loss here: a framework without the loss has none."""
        return self.of_no_framework or self.name in loss.names

    def has(self, loss: Loss) -> bool:
        """Whether the framework has the loss, or the score that it is 1 minus of."""
        if self.prints(loss) or self.name in loss.score_names:
            return True
        return any(loss.id in row for row in (self.exceptions, self.defaults, self.spellings))

    @property
    def of_no_framework(self) -> bool:
        """Whether it says how any loss is computed: a framework says so of its own alone."""
        return self.name in _OF_NO_FRAMEWORK or "=" in self.name

    def axes_of(self, loss: str) -> Axes:
        """The choices that hold for the loss of that canonical id."""
        exceptions = self.exceptions.get(loss)
        return replace(self.axes, **exceptions) if exceptions else self.axes

    def defaults_of(self, loss: str, reduction: Reduction = Reduction.MEAN) -> Mapping[str, Any]:
        """The parameters of that loss whose default differs here."""
        of_mean = self.mean_defaults.get(loss, {}) if reduction is Reduction.MEAN else {}
        return {**self.defaults.get(loss, {}), **of_mean}

    def knows(self, loss: Loss, name: str) -> bool:
        """Whether a parameter of that name means something for the loss here."""
        return name in loss.params or name in COMMON or name in self._spelt(loss)

    def read(self, loss: Loss, given: Mapping[str, Any]) -> Said:
        """What parameters say under this framework's names, or losscli's own.

        Raises UsageError for what has to be said otherwise, with the form that does.
        """
        table = self._spelt(loss)
        said = Said()
        for name in sorted(given, key=lambda name: name in table):
            value = given[name]
            if name in table:
                said = said.and_then(table[name](value, given))
            elif name in COMMON and (name not in loss.params or name == "multioutput"):
                said = said.and_then(COMMON[name](value, given))
            else:
                said = said.and_then(Said({name: value}))
        return said

    def _spelt(self, loss: Loss) -> Mapping[str, Spelling]:
        """The parameters of the loss, or of the loss that a score is 1 minus of, by their names."""
        scored = REGISTRY.by_score(loss.id)
        return self.spellings.get(loss.id if scored is None else scored.id, {})

    def off(self, loss: str, given: Mapping[str, Any]) -> str:
        """The parameter that would turn on one of those given; empty where all of them act."""
        switches = self.switched.get(loss, {})
        return next(
            (switch for name, switch in switches.items() if name in given and switch not in given),
            "",
        )

    def stored_as(self, dtype: np.dtype[Any] | None) -> Convention:
        """The same choices for predictions stored in that type."""
        stored = dtype if dtype is not None and dtype.kind == "f" else np.dtype(np.float64)
        floor, class_floor = (
            one.in_type(stored) for one in (self.axes.floor, self.axes.class_floor)
        )
        if (floor, class_floor) == (self.axes.floor, self.axes.class_floor):
            return self
        return replace(self, axes=replace(self.axes, floor=floor, class_floor=class_floor))
