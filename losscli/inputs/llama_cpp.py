"""The file of logits that llama.cpp's perplexity tool writes with `--kl-divergence-base FILE`.

Layout, from tools/perplexity/perplexity.cpp: `_logits_`, then n_ctx, n_vocab and n_chunk (32 bits
each), n_ctx · n_chunk tokens (32 bits), and for each chunk the log-probabilities of the tokens of
its second half but the last: two floats, a scale and a minimum, and n_vocab whole numbers of 16
bits (padded to an even number), log p = scale · number + minimum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np
from msgspec import Struct

from losscli.errors import DataError, UsageError
from losscli.inputs.array import UntitledColumns
from losscli.inputs.file import File
from losscli.inputs.source import Array, Selection

MAGIC = b"_logits_"
LOGITS, TOKENS = "logits", "tokens"
MEMBERS = (LOGITS, TOKENS)

_HEADER = len(MAGIC) + 12


class Layout(Struct, frozen=True):
    """What the header says: tokens of a chunk, of the vocabulary, and how many chunks there are."""

    context: int
    vocabulary: int
    chunks: int

    @property
    def scored(self) -> int:
        """The tokens of a chunk that have log-probabilities: half of them saw enough before."""
        return self.context - 1 - self.context // 2

    @property
    def row(self) -> np.dtype[np.void]:
        """The log-probabilities of one token, as they stand in the file."""
        padded = 2 * ((self.vocabulary + 1) // 2)
        return np.dtype([("scale", "<f4"), ("least", "<f4"), ("number", "<u2", (padded,))])

    @property
    def begin(self) -> int:
        """Where the log-probabilities begin."""
        return _HEADER + 4 * self.context * self.chunks


def open_llama_cpp(file: File, key: str | None) -> LlamaLogits | LlamaTokens:
    """The log-probabilities of the file (`::logits`), or the tokens they are of (`::tokens`).

    Raises UsageError for another key, DataError for a file that is not whole.
    """
    if key not in (None, *MEMBERS):
        raise UsageError(f"{file.name} has no array {key!r}", hint=f"It has: {', '.join(MEMBERS)}.")
    layout = _layout(file)
    name = file.name if key is None else f"{file.name}::{key}"
    return (LlamaTokens if key == TOKENS else LlamaLogits)(file, layout, name)


def _layout(file: File) -> Layout:
    with file.opened() as stream:
        header = stream.read(_HEADER)
    if len(header) < _HEADER:
        raise DataError("is truncated: its header is not all there", file=file.name)
    layout = Layout(*np.frombuffer(header, "<i4", 3, len(MAGIC)).tolist())
    if layout.scored < 1 or layout.vocabulary < 2 or layout.chunks < 1:
        raise DataError(f"has a damaged header ({layout})", file=file.name)
    promised = layout.begin + layout.chunks * layout.scored * layout.row.itemsize
    if file.size < promised:
        raise DataError(
            f"is truncated: {layout.chunks} chunks of {layout.context} tokens take "
            f"{promised:,} bytes, the file holds {file.size:,}",
            file=file.name,
        )
    return layout


class _Rows(UntitledColumns):
    """Rows that are tokens with log-probabilities, those of a chunk one after the other."""

    def __init__(self, file: File, layout: Layout, name: str) -> None:
        self.name = name
        self._file, self._layout = file, layout
        self._tokens = layout.scored

    @property
    def starts(self) -> Sequence[int]:
        """Every row."""
        return range(self.rows)

    def dtype(self, columns: Sequence[int] | None) -> np.dtype[Any]:
        """How the numbers are handed out."""
        return self._stored


class LlamaLogits(_Rows):
    """Log-probabilities (tokens, vocabulary)."""

    def __init__(self, file: File, layout: Layout, name: str) -> None:
        super().__init__(file, layout, name)
        self.shape = (layout.chunks * layout.scored, layout.vocabulary)
        # 16 bits over a span of 16 nats: as coarse as half precision.
        self._stored = np.dtype(np.float16)

    def batches(
        self, roles: Mapping[str, Selection], rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Blocks of `rows` rows, widened to float64."""
        stop = self.rows if stop is None else min(stop, self.rows)
        kind = self._layout.row
        with self._file.opened() as stream:
            stream.seek(self._layout.begin + start * kind.itemsize)
            for first in range(start, stop, rows):
                count = min(rows, stop - first)
                raw = np.empty(count, kind)
                rest = memoryview(cast(Any, raw.view(np.uint8)))
                while rest:
                    got = stream.readinto(rest)
                    if not got:
                        raise DataError("became shorter while it was read", file=self.name)
                    rest = rest[got:]
                # As the tool computes them: in single precision.
                scale, least = raw["scale"][:, None], raw["least"][:, None]
                numbers = raw["number"][:, : self._layout.vocabulary]
                yield dict.fromkeys(roles, (scale * numbers + least).astype(np.float64))


class LlamaTokens(_Rows):
    """The tokens that follow, (tokens,): the labels of the log-probabilities."""

    def __init__(self, file: File, layout: Layout, name: str) -> None:
        super().__init__(file, layout, name)
        self.shape = (layout.chunks * layout.scored,)
        self._stored = np.dtype(np.int32)

    def batches(
        self, roles: Mapping[str, Selection], rows: int, start: int = 0, stop: int | None = None
    ) -> Iterator[dict[str, Array]]:
        """Blocks of `rows` rows."""
        layout = self._layout
        with self._file.opened() as stream:
            stream.seek(_HEADER)
            raw = stream.read(layout.begin - _HEADER)
        found = np.frombuffer(raw, "<i4").reshape(layout.chunks, layout.context)
        labels = found[:, layout.context // 2 + 1 :].reshape(-1).astype(np.int64)
        stop = self.rows if stop is None else min(stop, self.rows)
        for first in range(start, stop, rows):
            yield dict.fromkeys(roles, labels[first : min(stop, first + rows), None])
