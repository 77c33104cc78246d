"""Reports → text: one module per format, imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from losscli.errors import UsageError
from losscli.render.screen import Screen

if TYPE_CHECKING:
    from losscli.checking.report import CheckReport
    from losscli.comparing.divergence_report import Divergence
    from losscli.comparing.report import ComparisonReport
    from losscli.evaluating.report import Report
    from losscli.matching.report import Match, Why
    from losscli.task.advice import Recommendation


_FORMATS = {
    "table": "losscli.render.terminal.table",
    "json": "losscli.render.json",
    "jsonl": "losscli.render.json_lines",
    "csv": "losscli.render.csv",
    "markdown": "losscli.render.markdown",
    "bare": "losscli.render.bare",
}

_ENDINGS = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "table",
    ".html": "html",
    ".htm": "html",
}


def render(report: Report, format: str, screen: Screen) -> str:
    """The report in one of the formats table, json, jsonl, csv, markdown and bare."""
    return str(_function(format, "render")(report, screen))


def render_recommendation(
    advice: Recommendation, format: str, screen: Screen, notes: Sequence[tuple[str, str]] = ()
) -> str:
    """A recommendation alone, as table (with `notes`, each with its heading) or json."""
    return str(_function(format, "render_recommendation")(advice, screen, notes))


def render_comparison(report: ComparisonReport, format: str, screen: Screen) -> str:
    """Models compared, in one of the formats table, json, jsonl, csv and markdown."""
    return str(_function(format, "render_comparison")(report, screen))


def render_check(report: CheckReport, format: str, screen: Screen) -> str:
    """What checks found, in one of the formats table, json and markdown."""
    if format == "json":
        from losscli.render.json import render_check as as_json

        return as_json(report)
    if format == "markdown":
        from losscli.render.markdown import render_check as as_markdown

        return as_markdown(report)
    from losscli.render.terminal.check import render_check as as_table

    return as_table(report, screen)


def render_divergence(report: Divergence, format: str, screen: Screen) -> str:
    """How two models' distributions part, as table or json. Raises UsageError for other formats."""
    if format == "json":
        from losscli.render.json import dump

        return dump(report.to_dict(), indent=2) + "\n"
    if format != "table":
        raise UsageError(f"--kl is not written as {format}", hint="Say --format table or json.")
    from losscli.render.terminal.divergence import divergence_blocks
    from losscli.render.terminal.table import text_of

    return text_of(list(divergence_blocks(report)), screen)


def render_matches(
    value: str,
    found: Sequence[tuple[Match, str]],
    format: str,
    screen: Screen,
    *,
    near: bool,
    notes: Sequence[str] = (),
    otherwise: str = "",
) -> str:
    """What gives a number, each with its command line, as table (with `notes`) or json.

    A table in which nothing does ends with the command `otherwise`, which shows what there is.
    """
    if format == "json":
        from losscli.render.json import render_matches as as_json

        return as_json(value, found)
    from losscli.render.terminal.matches import render_matches as as_text

    return as_text(value, found, screen, near=near, notes=notes, otherwise=otherwise)


def render_why(
    numbers: Sequence[str],
    found: Why,
    commands: Sequence[str],
    format: str,
    screen: Screen,
    *,
    notes: Sequence[str] = (),
) -> str:
    """What makes the difference between two numbers, as table (with `notes`) or json."""
    if format == "json":
        from losscli.render.json import render_why as as_json

        return as_json(numbers, found, commands)
    from losscli.render.terminal.why import render_why as as_text

    return as_text(numbers, found, commands, screen, notes)


def format_of(path: str) -> str:
    """The format that a file's ending stands for. Raises UsageError for an unknown one."""
    ending = PurePath(path).suffix.lower()
    if ending not in _ENDINGS:
        raise UsageError(
            f"{path}: no format ends in {ending or 'nothing'!r}",
            hint=f"Use {', '.join(_ENDINGS)}, or say --format.",
        )
    return _ENDINGS[ending]


def _function(format: str, name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(import_module(_FORMATS[format]), name)
    return function
