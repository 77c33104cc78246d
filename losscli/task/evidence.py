"""The steps of reasoning that a decision rests on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """One step of reasoning: what was looked at, what was found, what follows."""

    step: str
    finding: str
    follows: str
