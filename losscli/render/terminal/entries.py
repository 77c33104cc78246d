"""The results as words: what a table shows in columns, a narrow screen below each other."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from losscli.evaluating.report import Report, Result
from losscli.render import numbers as figures
from losscli.render.visible import visible

COLUMNS = ("value", "unit", "95 % interval", "baseline", "skill", "n")


class Entry(Struct, frozen=True):
    """One loss: its cells by column, and what else is to be said.

    `short` is its id, for a screen where titles are too wide.
    """

    title: str
    short: str
    recommended: bool
    cells: dict[str, str]
    remarks: list[str]

    @property
    def style(self) -> str:
        """How its name and value are set."""
        return "bold green" if self.recommended else ""

    @property
    def mark(self) -> str:
        """What stands before its name."""
        return "→" if self.recommended else ""


def entries(report: Report) -> list[Entry]:
    """Each result in words, its numbers aligned with those of the others."""
    columns = _cells(report.results)
    columns["value"] = figures.aligned([figures.amount(result) for result in report.results])
    return [
        Entry(
            title=visible(title),
            short=visible(short),
            recommended=result.recommended,
            cells={name: cells[place] for name, cells in columns.items() if cells[place]},
            remarks=[*parts_of(result), *figures.unusual(result), *figures.beside(result)],
        )
        for place, (title, short, result) in enumerate(
            zip(figures.titles(report), figures.short_titles(report), report.results, strict=True)
        )
    ]


def parts_of(result: Result) -> list[str]:
    """The named quantities that a value is made of, on one line; none where one is all of it."""
    if result.value in result.parts.values():
        return []
    parts = result.parts.items()
    words = [f"{visible(name.replace('_', ' '))} {figures.number(value)}" for name, value in parts]
    return [" · ".join(words)] if words else []


def _cells(results: Sequence[Result]) -> dict[str, list[str]]:
    """The columns of the table; where there is nothing to say, the cell is empty."""
    baselines = [result.baseline.value if result.baseline else None for result in results]
    columns = (
        [figures.amount(result) for result in results],
        [visible(result.unit) for result in results],
        [figures.interval(result) for result in results],
        figures.aligned([figures.number(value, 6) for value in baselines]),
        [figures.share(result.skill) for result in results],
        [f"{result.n:,}" for result in results],
    )
    nothing = figures.NOTHING
    return {
        name: ["" if cell.strip() == nothing else cell for cell in cells]
        for name, cells in zip(COLUMNS, columns, strict=True)
    }
