"""What the tests of the command line share: the program's answer, and the files it is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

SAMPLES = Path(__file__).parents[2] / "sample_data"

# Seconds after which a process counts as hung, however busy the machine is.
PATIENCE = 300


@dataclass(frozen=True)
class Answer:
    """What the program left behind: its exit code, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def number(self) -> float:
        """The one number on stdout."""
        assert self.code == 0, self.err
        return float(self.out)

    @property
    def numbers(self) -> list[float]:
        """The numbers on stdout, one on a line."""
        assert self.code == 0, self.err
        return [float(line) for line in self.out.split()]

    @property
    def json(self) -> Any:
        """The JSON document on stdout."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    def values(self) -> dict[str, float]:
        """Of a JSON report: the value of each loss."""
        return {result["loss"]: result["value"] for result in self.json["results"]}


class Program(Protocol):
    """Run the program in a process of its own."""

    def __call__(
        self,
        *words: str | Path,
        stdin: str | bytes = "",
        columns: int | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Answer: ...


class Here(Protocol):
    """Run the program within the process of the tests, which is faster.

    `stdin` goes through a pipe, which holds 64 KiB.
    """

    def __call__(
        self,
        *words: str | Path,
        stdin: str | bytes | None = None,
        columns: int | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Answer: ...


class Write(Protocol):
    """Put a file into the folder where the program runs; its name, as the program is given it."""

    def __call__(self, name: str, content: Any) -> str: ...
