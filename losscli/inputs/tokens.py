"""Arrays of tokens: predictions (n, t, v) with labels (n, t) → a row for each token."""

from __future__ import annotations

from copy import copy

from losscli.errors import DataError, UsageError
from losscli.inputs.array import ArraySource
from losscli.inputs.npy import NpySource
from losscli.inputs.source import Source

# The label of tokens that are not predicted, as torch and Hugging Face write it.
LEFT_OUT = -100

Tokens = ArraySource | NpySource


def token_rows(
    pred: Source, label: Source, *, classes_second: bool
) -> tuple[Tokens, Tokens, str] | None:
    """Prediction and label with a row for each token, and what to say; None for other shapes.

    `pred` has the shape (n, t, v), v classes for each of t tokens, and `label` (n, t). Only how
    their rows are counted changes: nothing is copied. `classes_second` says that the losses go by
    the names of a framework whose classes are the second axis, as in torch.

    Raises DataError where the classes are the second axis, UsageError where they may be.
    """
    if not isinstance(pred, (ArraySource, NpySource)):
        return None
    if not isinstance(label, (ArraySource, NpySource)):
        return None
    if pred.shape is None or label.shape is None or len(pred.shape) != 3 or label.is_text(0):
        return None
    n, second, last = pred.shape
    turned = "array.transpose(0, 2, 1)"
    if label.shape == (n, last) and second != last:
        raise DataError(
            f"has the shape {pred.shape} for labels {label.shape}: its classes are the second axis",
            file=pred.name,
            hint=f"Transpose it, so that the classes come last: {turned}.",
        )
    if label.shape != (n, second):
        return None
    if second == last and classes_second:
        raise UsageError(
            f"{pred.name}: of the shape {pred.shape}, which axis holds the classes? By torch's "
            "name it is the second, and here the last",
            hint=f"Transpose torch's layout, {turned}, and say -l ce.",
        )
    if not (pred.in_row_order and label.in_row_order):
        return None
    said = (
        f"{pred.name}: shape {pred.shape} taken as {n:,} sequences of {second:,} tokens, "
        f"{last:,} classes each; intervals take tokens as independent"
    )
    return _counted(pred, second, (n * second, last)), _counted(label, second, (n * second,)), said


def _counted(source: Tokens, tokens: int, shape: tuple[int, ...]) -> Tokens:
    """The same numbers, their rows counted anew."""
    other = copy(source)
    other.reshape_rows(shape, tokens)
    return other
