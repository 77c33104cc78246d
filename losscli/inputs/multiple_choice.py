"""lm-eval's samples of multiple choice → a table: log-likelihoods of the choices, and the target.

A record of `samples_*.jsonl` holds `filtered_resps`, a pair of log-likelihood and greediness for
each choice, `arguments` with the text of each, and the `target`. Questions may have unlike numbers
of choices: those that one lacks have a log-likelihood of −∞, which no softmax feels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from losscli.inputs.file import File
from losscli.inputs.log_probabilities import NoLogProbability, number
from losscli.inputs.texts import DerivedTable

# The columns of the table: choices, the same by the length of their texts, and the right one.
CHOICE, NORM, TARGET = "choice", "norm", "target"


def is_of_choices(records: Sequence[Mapping[str, Any]]) -> bool:
    """Whether records are samples with the log-likelihoods of several choices."""
    return bool(records) and all(len(_responses(record) or ()) > 1 for record in records)


def _responses(record: Mapping[str, Any]) -> list[float] | None:
    """The log-likelihoods of the choices; None where they are no such thing."""
    given = record.get("filtered_resps", record.get("resps"))
    if not isinstance(given, list) or "target" not in record:
        return None
    found = []
    for each in given:
        pair = each
        while isinstance(pair, list) and len(pair) == 1:
            pair = pair[0]
        if not isinstance(pair, list) or len(pair) != 2:
            return None
        value, greedy = number(pair[0]), str(pair[1]).lower()
        if value is None or greedy not in ("true", "false"):
            return None
        found.append(value)
    return found


def _arguments(record: Mapping[str, Any]) -> list[tuple[str, str]] | None:
    """Context and choice of each response; None where the record does not tell."""
    given = record.get("arguments")
    if isinstance(given, dict):
        given = [
            [item for _, item in sorted(each.items())] if isinstance(each, dict) else each
            for each in given.values()
        ]
    if not isinstance(given, list):
        return None
    pairs = [tuple(each[:2]) for each in given if isinstance(each, list) and len(each) >= 2]
    told = len(pairs) == len(given) and all(isinstance(x, str) for pair in pairs for x in pair)
    return pairs if told else None


class ChoiceTable(DerivedTable):
    """The questions of a file of samples; `width` is the most choices that one of them has."""

    def __init__(self, file: File, codec: str | None) -> None:
        self.name = file.name
        self.width = 0
        super().__init__(file, codec)

    @property
    def where(self) -> str:
        """Where the log-likelihoods stand."""
        return "filtered_resps"

    def _objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        if not self.width:
            self.width = max(self._counted(place, record) for place, record in self._records())
        return super()._objects()

    def _counted(self, place: int, record: Mapping[str, Any]) -> int:
        """How many choices a record has."""
        try:
            return len(_question(record)[0])
        except NoLogProbability as error:
            raise self._error(place, error) from None

    def _derived(self, record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        likelihoods, lengths, target = _question(record)
        row: dict[str, float] = {}
        for place in range(self.width):
            there = place < len(likelihoods)
            row[f"{CHOICE}.{place}"] = likelihoods[place] if there else -math.inf
        if lengths is not None:
            for place in range(self.width):
                there = place < len(likelihoods)
                norm = likelihoods[place] / lengths[place] if there else -math.inf
                row[f"{NORM}.{place}"] = norm
        yield {**row, TARGET: target}


def _question(record: Mapping[str, Any]) -> tuple[list[float], list[int] | None, int]:
    """Log-likelihoods, lengths (as lm-eval counts them) and the place of the right choice."""
    likelihoods = _responses(record)
    if likelihoods is None:
        raise NoLogProbability("holds no pair of log-likelihood and greediness", likelihoods)
    pairs = _arguments(record)
    if pairs is None or len(pairs) != len(likelihoods):
        return likelihoods, None, _target(record, None, len(likelihoods))
    half = len(pairs) // 2
    if half and all(not context for context, _ in pairs[half:]) and pairs[0][0]:
        # The same choices without their question, for acc_mutual_info.
        pairs, likelihoods = pairs[:half], likelihoods[:half]
    choices = [choice for _, choice in pairs]
    if len(set(choices)) == 1:
        # The contexts differ, as in Winogrande: their ends are alike, and no length to divide by.
        return likelihoods, None, _target(record, None, len(likelihoods))
    if all(choice.startswith(" ") for choice in choices):
        # lm-eval's delimiter before the choice is no part of its length.
        choices = [choice[1:] for choice in choices]
    lengths = [len(choice) for choice in choices]
    told = lengths if all(lengths) else None
    return likelihoods, told, _target(record, choices, len(likelihoods))


def _target(record: Mapping[str, Any], choices: Sequence[str] | None, count: int) -> int:
    """The place of the right choice, given by its number or its text."""
    given = record["target"]
    text = str(given).strip()
    if choices is not None and isinstance(given, str):
        places = [place for place, choice in enumerate(choices) if choice.strip() == text]
        if len(places) == 1 and not (text.isdecimal() and int(text) < count):
            return places[0]
    if text.isdecimal() and int(text) < count:
        return int(text)
    raise NoLogProbability(f"has a target that is none of its {count} choices", given)
