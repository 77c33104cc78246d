"""Flags of `eval` that give a number, and what they give when they are tried."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.errors import LosscliError
from losscli.evaluating.evaluate import evaluate
from losscli.evaluating.report import Result
from losscli.inputs.columns import Columns


class Command(Struct, frozen=True):
    """One request to `eval`: a loss as `--loss` takes it, and what is said beside it.

    `swapped` exchanges prediction and label, `unweighted` leaves out the row weights.
    """

    loss: str
    like: str = "standard"
    kind: str | None = None
    task: str | None = None
    reduction: str | None = None
    cast: str | None = None
    class_weight: tuple[float, ...] | None = None
    classes: tuple[str, ...] | None = None
    swapped: bool = False
    unweighted: bool = False

    @property
    def flags(self) -> str:
        """As they are typed."""
        words = [f"-l {shlex.quote(self.loss)}"]
        if self.like != "standard":
            words.append(f"--like {self.like}")
        for name in ("kind", "task", "reduction", "cast"):
            value = getattr(self, name)
            if value is not None:
                words.append(f"--{name} {value}")
        if self.class_weight is not None:
            words.append(f"--class-weight {','.join(map(number_word, self.class_weight))}")
        if self.classes is not None:
            words.append(f"--classes {shlex.quote(','.join(self.classes))}")
        return " ".join(words)


def number_word(value: Any) -> str:
    """A parameter or weight as it is typed, to the last bit."""
    if isinstance(value, (tuple, list)):
        return f"[{';'.join(map(number_word, value))}]"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value!r}" if isinstance(value, float) else str(value)


class Source(Struct, frozen=True):
    """The files or arrays of a search, and what the user said of them: what a command is run on."""

    pred: Any
    label: Any
    weight: Any
    kind: str | None
    task: str | None
    classes: Sequence[str] | None
    columns: Columns
    _known: dict[Command, float | None] = field(default_factory=dict)

    @property
    def again(self) -> bool:
        """Whether it can be read once more: standard input cannot."""
        return "-" not in [part for part in (self.pred, self.label) if isinstance(part, str)]

    def value(self, command: Command) -> float | None:
        """What the command prints; None where it prints no number."""
        if command not in self._known:
            # A trial that ends in a warning of NumPy's is none of the user's business.
            with np.errstate(all="ignore"):
                self._known[command] = self._run(command) if self.again else None
        return self._known[command]

    def rows(self, command: Command) -> NDArray[np.float64] | None:
        """The weighted losses of the rows, (n,) or (n, c); None where there are none."""
        with np.errstate(all="ignore"):
            found = self._result(replace(command, reduction="none")) if self.again else None
        return None if found is None else found.values

    def _run(self, command: Command) -> float | None:
        result = self._result(command)
        return None if result is None else result.value

    def _result(self, command: Command) -> Result | None:
        options: Mapping[str, Any] = {
            "kind": command.kind or self.kind,
            "task": command.task or self.task,
            "like": command.like,
            "weight": None if command.unweighted else self.weight,
            "class_weight": command.class_weight,
            "classes": command.classes or self.classes,
            "reduction": command.reduction,
            "columns": self.columns,
            "cast": command.cast,
            "ci": "none",
        }
        pred, label = self.pred, self.label
        if command.swapped:
            if label is None:
                return None
            pred, label = label, pred
        try:
            [result] = evaluate(pred, label, command.loss, **options).results
        except (LosscliError, ValueError):
            return None
        return result
