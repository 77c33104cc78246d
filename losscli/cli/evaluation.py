"""The options that say which losses are evaluated, under which convention and weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from losscli.cli.inputs import COLUMNS, READING, WORK, InputOptions
from losscli.cli.names import convention_names, loss_names
from losscli.cli.options import count, option
from losscli.errors import UsageError


@dataclass(frozen=True)
class EvaluationOptions(InputOptions):
    """Prediction and label, the losses, and what they are computed with."""

    loss: tuple[str, ...] = option(
        "-l",
        "--loss",
        metavar="ID[:NAME=VALUE,…]",
        many=True,
        complete=loss_names,
        help="A loss, with parameters: focal:gamma=2; repeatable. `losscli losses` lists them.",
    )
    like: str = option(
        "--like",
        metavar="CONVENTION",
        default="standard",
        complete=convention_names,
        help="Print the number as torch, keras, sklearn, optax, textbook, exact … would.",
    )
    weight_col: str | None = option(
        "--weight-col", metavar="COL", panel=COLUMNS, help="Column of row weights."
    )
    weight: str | None = option(
        "--weight", metavar="FILE", panel=COLUMNS, help="File of row weights."
    )
    input: tuple[str, ...] = option(
        "--input",
        metavar="NAME=FILE",
        many=True,
        panel=COLUMNS,
        help="A further array that a loss asks for, such as x2=other.npy; repeatable.",
    )
    class_weight: str | None = option(
        "--class-weight",
        metavar="W0,W1,…|NAME=W,…",
        panel=READING,
        help="One weight per class, in the order of the classes or by name.",
    )
    nan: str = option(
        "--nan",
        choices=("error", "drop"),
        default="error",
        panel=READING,
        help="What to do with missing values.",
    )
    cast: str | None = option(
        "--cast",
        choices=("float16", "float32", "float64"),
        panel=READING,
        help="Round predictions to this type first, as a framework that computes in it does.",
    )
    threads: str | None = option(
        "--threads",
        metavar="N",
        panel=WORK,
        help="How many threads share the work; all that the process may use if not given.",
    )

    def keywords(self) -> dict[str, Any]:
        """The keyword arguments of the API that say the same.

        Raises UsageError for an input or class weights that are not written as they should be.
        """
        return {
            "kind": self.kind,
            "task": self.task,
            "like": self.like,
            "weight": self.weight,
            "class_weight": _class_weight(self.class_weight),
            "classes": self.class_names(),
            "nan": self.nan,
            "columns": self.columns(weight=self.weight_col),
            "inputs": _inputs(self.input) or None,
            "cast": self.cast,
            "threads": count("--threads", self.threads),
        }


def _inputs(texts: Sequence[str]) -> dict[str, str]:
    inputs: dict[str, str] = {}
    for text in texts:
        name, _, file = text.partition("=")
        if not name or not file:
            raise UsageError(f"--input {text}: which file is it?", hint="Write --input NAME=FILE.")
        if name in inputs:
            raise UsageError(f"--input {name} is given twice")
        inputs[name] = file
    return inputs


def _class_weight(text: str | None) -> Sequence[float] | dict[str, float] | None:
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    try:
        if "=" not in text:
            return [float(part) for part in parts]
        pairs = [(name, float(value)) for name, _, value in (p.rpartition("=") for p in parts)]
    except ValueError:
        raise UsageError(
            f"--class-weight {text}: not numbers", hint="Write 1,5 or cat=1,dog=5."
        ) from None
    weights = dict(pairs)
    if len(weights) < len(pairs):
        raise UsageError(f"--class-weight {text} names a class twice")
    return weights
