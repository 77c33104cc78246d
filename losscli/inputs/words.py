"""Predicted and true classes that are words → numbers that say whether they are the same."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from losscli.errors import DataError

# So many bits are the same as a float64 and as a whole number.
_BITS = 53


class WordCode:
    """A number for each word, the same in every file, process and order of reading.

    It is a hash, so that no pass over the data has to find all the words first. `words` are those
    seen so far by their numbers.
    """

    def __init__(self) -> None:
        self.words: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    def encode(self, words: NDArray[Any]) -> NDArray[np.float64]:
        """The numbers of words, the shape of `words`; NaN where one is missing (None).

        Raises DataError where two words have the same number.
        """
        found = [self._number(word) for word in words.ravel().tolist()]
        return np.array(found, dtype=np.float64).reshape(words.shape)

    def decode(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """The words of numbers that `encode` gave; empty where one is missing."""
        found = ["" if n != n else self.words[int(n)] for n in numbers.ravel().tolist()]
        return np.array(found, dtype=object).reshape(numbers.shape)

    def _number(self, word: str | None) -> float:
        if word is None:
            return float("nan")
        number = self._numbers.get(word)
        if number is None:
            digest = blake2b(str(word).encode("utf-8", "surrogatepass"), digest_size=8).digest()
            number = int.from_bytes(digest) >> (64 - _BITS)
            if self.words.setdefault(number, word) != word:
                raise DataError(
                    f"the words {word!r} and {self.words[number]!r} cannot be told apart",
                    hint="Write the classes as whole numbers.",
                )
            self._numbers[word] = number
        return number


def spelt_otherwise(pred: frozenset[str], label: frozenset[str]) -> tuple[str, str] | None:
    """A predicted and a true class that differ in case or blanks alone; None where none do."""
    known = {" ".join(word.split()).casefold(): word for word in sorted(label)}
    for word in sorted(pred - label):
        other = known.get(" ".join(word.split()).casefold())
        if other is not None:
            return word, other
    return None
