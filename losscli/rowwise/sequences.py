"""Rows that are tokens → rows that are sequences: the mean over the tokens of each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.engine.gate import Settled
from losscli.engine.rows import RowCosts


def as_tokens(found: RowCosts, tokens: int) -> RowCosts:
    """The same rows, named by their sequence and token, without the numbers of all classes."""
    sequence, token = np.divmod(found.numbers, tokens)
    pairs = zip(sequence.tolist(), token.tolist(), strict=True)
    names = np.array([f"{one}:{other}" for one, other in pairs], dtype=object)
    settled = replace(found.settled, pred=np.empty((len(names), 0)), ids=names)
    return replace(found, settled=settled)


def as_sequences(rows: Iterator[RowCosts], tokens: int) -> Iterator[RowCosts]:
    """What sequences of so many `tokens` cost, in their order.

    `losses` are means over the tokens that count, NaN where none does, `amounts` their sums; labels
    and weights are the number of tokens that count.
    """
    held: tuple[int, Array] | None = None
    last: RowCosts | None = None
    for found in rows:
        last = found
        sequences, first = np.unique(found.numbers // tokens, return_index=True)
        counts = (~np.isnan(found.losses)).astype(np.float64)
        terms = np.stack([np.nan_to_num(found.losses), np.nan_to_num(found.amounts), counts])
        sums = np.add.reduceat(terms, first, axis=1)
        if held is not None and held[0] == sequences[0]:
            sums[:, 0] += held[1]
        elif held is not None:
            yield _costs(found, np.array([held[0]]), held[1][:, None])
        # The last sequence may go on in the next block.
        held = int(sequences[-1]), sums[:, -1]
        if len(sequences) > 1:
            yield _costs(found, sequences[:-1], sums[:, :-1])
    if held is not None and last is not None:
        yield _costs(last, np.array([held[0]]), held[1][:, None])


def _costs(found: RowCosts, numbers: NDArray[np.int64], sums: Array) -> RowCosts:
    """Sequences by their numbers, of the sums (3, n, k) of losses, amounts and counts."""
    losses, amounts, counts = sums
    with np.errstate(invalid="ignore"):
        means = losses / counts
    counted = counts[:, 0]
    amounts = np.where(counts > 0.0, amounts, np.nan)
    settled = Settled(0, np.empty((len(numbers), 0)), counted, counted, 0)
    return RowCosts(numbers, settled, found.batch, means, amounts, ())
