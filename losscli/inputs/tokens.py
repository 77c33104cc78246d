"""Arrays of tokens: predictions (n, t, v) with labels (n, t) → a row for each token."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Any

import numpy as np
from msgspec import Struct

from losscli.errors import UsageError
from losscli.inputs.array import ArraySource, UntitledColumns
from losscli.inputs.npy import NpySource
from losscli.inputs.source import Array, Selection, Source

Stored = ArraySource | NpySource


class TokenRows(Struct, frozen=True):
    """Prediction and label with a row for each token, `tokens` to a sequence; `said` tells it."""

    pred: Source
    label: Source
    weight: Source | None
    tokens: int
    said: str


def token_rows(
    pred: Source,
    label: Source,
    weight: Source | None = None,
    *,
    classes_second: bool,
    shift: bool = False,
) -> TokenRows | None:
    """Prediction and label with a row for each token; None for other shapes.

    `pred` has the shape (n, t, v), v classes for each of t tokens, or torch's (n, v, t); `label`
    and `weight` (such as an attention mask) have (n, t), or hold as many numbers in one dimension.
    More dimensions of tokens, as of pixels, count as one. Nothing is copied but blocks.
    `classes_second` says that the losses go by the names of a framework whose classes are the
    second axis, which decides where both readings fit. With `shift`, a token's prediction is held
    against the next label, and the last of a sequence against none; a weight is that of its label.

    Raises UsageError for a shift, or weights, of other shapes.
    """
    found = _layout(pred, label, classes_second=classes_second)
    if found is None:
        if shift:
            raise UsageError(
                f"--shift: {pred.name} and {label.name} are no arrays of tokens",
                hint="It takes logits (sequences, tokens, classes) and labels (sequences, tokens).",
            )
        return None
    logits, labels, tokens = found
    n = (logits.shape or (0,))[0] // tokens
    weights = None if weight is None else _weights(weight, label, n, tokens)
    said = _taken_as(pred, logits, tokens)
    if shift:
        if tokens < 2:
            raise UsageError(f"--shift: {pred.name} has sequences of a single token")
        logits, labels = Window(logits, tokens, 0), Window(labels, tokens, 1)
        weights = None if weights is None else Window(weights, tokens, 1)
        said += f"; each held against the next label, {n * (tokens - 1):,} in all"
        tokens -= 1
    return TokenRows(
        logits, labels, weights, tokens, f"{said}; intervals take tokens as independent"
    )


class TokensAlone(Struct, frozen=True):
    """Predictions with a row for each token, `tokens` to a sequence; `said` tells it."""

    pred: Source
    tokens: int
    said: str


def tokens_alone(pred: Source, *, classes_second: bool) -> TokensAlone | None:
    """Predictions without labels with a row for each token; None for other shapes.

    `pred` has the shape (n, t, v), or with `classes_second` torch's (n, v, t).
    """
    if not isinstance(pred, (ArraySource, NpySource)):
        return None
    shape = pred.shape
    if shape is None or len(shape) < 3 or not pred.in_row_order:
        return None
    logits, tokens = _of_classes(pred, shape, second=classes_second)
    return TokensAlone(logits, tokens, _taken_as(pred, logits, tokens))


def _taken_as(pred: Source, logits: Source, tokens: int) -> str:
    """What the shape of predictions was taken as."""
    n = (logits.shape or (0,))[0] // tokens
    second = isinstance(logits, ClassesSecond)
    return (
        f"{pred.name}: shape {pred.shape} taken as {n:,} sequences of {tokens:,} tokens, "
        f"{_width(logits):,} classes each" + ", the second axis" * second
    )


def _weights(weight: Source, label: Source, n: int, tokens: int) -> Source:
    """A weight for each token. Raises UsageError for weights of another shape than the labels."""
    found = _of_tokens(weight, label.shape or ())
    if found is None:
        raise UsageError(
            f"{weight.name}: weights of tokens have the shape of their labels, {label.shape}"
        )
    return _counted(found, tokens, (n * tokens,))


def _layout(
    pred: Source, label: Source, *, classes_second: bool
) -> tuple[Source, Source, int] | None:
    """Rows of tokens and of their labels, and the tokens of a sequence; None for other shapes."""
    if not isinstance(pred, (ArraySource, NpySource)):
        return None
    shape = pred.shape
    if shape is None or len(shape) < 3 or not pred.in_row_order or label.is_text(0):
        return None
    last = _of_tokens(label, shape[:-1]) if shape[-1] > 1 else None
    second = _of_tokens(label, (shape[0], *shape[2:])) if shape[1] > 1 else None
    turned = second is not None and (classes_second or last is None)
    found = second if turned else last
    if found is None:
        return None
    logits, tokens = _of_classes(pred, shape, second=turned)
    return logits, _counted(found, tokens, (shape[0] * tokens,)), tokens


def _of_classes(pred: Stored, shape: tuple[int, ...], *, second: bool) -> tuple[Source, int]:
    """Rows of the classes of one token, which the last axis holds or the second; and the tokens."""
    tokens = math.prod(shape[2:] if second else shape[1:-1])
    if second:
        return ClassesSecond(pred), tokens
    return _counted(pred, tokens, (shape[0] * tokens, shape[-1])), tokens


def _of_tokens(source: Source, shape: tuple[int, ...]) -> Stored | None:
    """The source, where it holds a number for each token of that shape; else None."""
    if not isinstance(source, (ArraySource, NpySource)) or not source.in_row_order:
        return None
    alike = (shape, (*shape, 1), (math.prod(shape),))
    return source if source.shape in alike else None


def _width(source: Source) -> int:
    return (source.shape or (0, 0))[1]


def _counted(source: Stored, tokens: int, shape: tuple[int, ...]) -> Stored:
    """The same numbers, their rows counted anew."""
    other = copy(source)
    other.reshape_rows(shape, tokens)
    return other


class ClassesSecond(UntitledColumns):
    """Logits (n, v, …) as rows (n · …, v): each sequence is read whole and turned."""

    def __init__(self, source: Stored) -> None:
        n, classes, *rest = source.shape or (0, 0, 0)
        self.name = source.name
        self._source = source
        self._stored = source.dtype(None)
        self._tokens = math.prod(rest)
        self.shape = (n * self._tokens, classes)

    @property
    def starts(self) -> Sequence[int]:
        """The first token of every sequence, or of the first one."""
        return range(0, self.rows, self._each) if len(self._source.starts) > 1 else (0,)

    @property
    def _each(self) -> int:
        return self._tokens or 1

    def dtype(self, columns: Sequence[int] | None) -> np.dtype[Any]:
        """The array's dtype."""
        return self._stored

    def batches(
        self, roles: Mapping[str, Selection], rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """The tokens of as many sequences as `rows` hold, one at least."""
        stop = self.rows if stop is None else min(stop, self.rows)
        each, classes = self._each, _width(self)
        first, last = start // each, -(-stop // each)
        row = first * each
        for batch in self._source.batches(roles, max(1, rows // each), first, last):
            array = next(iter(batch.values()))
            turned = array.reshape(len(array), classes, each).transpose(0, 2, 1)
            piece = np.ascontiguousarray(turned).reshape(-1, classes)
            yield dict.fromkeys(roles, piece[max(0, start - row) : stop - row])
            row += len(piece)


class Window(UntitledColumns):
    """Rows of tokens without one of each sequence: the first or, from 0 on, the last."""

    def __init__(self, source: Source, tokens: int, first: int) -> None:
        self.name = source.name
        self._source = source
        self._stored = np.dtype(source.dtype(None))
        self._of, self._first, self._kept = tokens, first, tokens - 1
        shape = source.shape or (0,)
        self.shape = (shape[0] // tokens * self._kept, *shape[1:])

    @property
    def starts(self) -> Sequence[int]:
        """Every row, where the source can be read from any."""
        return range(self.rows) if len(self._source.starts) > 1 else (0,)

    def dtype(self, columns: Sequence[int] | None) -> np.dtype[Any]:
        """The array's dtype."""
        return self._stored

    def position(self, row: int) -> str:
        """The sequence and the token of the array, counted from 0."""
        return self._source.position(self._row(row))

    def batches(
        self, roles: Mapping[str, Selection], rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """The source's batches, a token of each sequence left out."""
        stop = self.rows if stop is None else min(stop, self.rows)
        if start >= stop:
            return
        begin, end = self._row(start), self._row(stop - 1) + 1
        left_out = self._kept if self._first == 0 else 0
        for batch in self._source.batches(roles, rows, begin, end):
            array = next(iter(batch.values()))
            kept = (begin + np.arange(len(array))) % self._of != left_out
            begin += len(array)
            yield dict.fromkeys(roles, array[kept])

    def _row(self, row: int) -> int:
        """The source's row that stands for a row of the window."""
        sequence, token = divmod(row, self._kept)
        return sequence * self._of + token + self._first
