"""One JSON document of schema `losscli/1`: strict, every float64 to its last digit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from losscli.checking.report import CheckReport
from losscli.comparing.report import ComparisonReport
from losscli.differentiating.report import GradientCheck
from losscli.evaluating.report import SCHEMA, Report
from losscli.matching.report import Match, Why
from losscli.plain import plain
from losscli.render.screen import Screen
from losscli.rowwise.report import RowReport
from losscli.task.advice import Recommendation


def render(report: Report, _screen: Screen) -> str:
    """The whole report."""
    return dump(report.to_dict(), indent=2) + "\n"


def render_recommendation(
    advice: Recommendation, _screen: Screen, _notes: Sequence[tuple[str, str]] = ()
) -> str:
    """A recommendation alone."""
    return dump({"schema": SCHEMA, **plain(advice)}, indent=2) + "\n"


def render_comparison(report: ComparisonReport, _screen: Screen) -> str:
    """The whole comparison."""
    return dump(report.to_dict(), indent=2) + "\n"


def render_check(report: CheckReport) -> str:
    """What checks found."""
    return dump(report.to_dict(), indent=2) + "\n"


def render_matches(value: str, found: Sequence[tuple[Match, str]]) -> str:
    """What gives a number, each with its command line."""
    matches = [{**plain(match), "command": command} for match, command in found]
    return dump({"schema": SCHEMA, "target": value, "matches": matches}, indent=2) + "\n"


def render_why(numbers: Sequence[str], found: Why, commands: Sequence[str]) -> str:
    """What makes the difference between two numbers, with the commands that print them."""
    asked = {"numbers": list(numbers), "commands": list(commands)}
    return dump({"schema": SCHEMA, **asked, **plain(found)}, indent=2) + "\n"


def render_rows(report: RowReport) -> str:
    """The hardest rows, and how the total lies on all of them."""
    return dump({"schema": SCHEMA, **plain(report)}, indent=2) + "\n"


def render_checks(checks: Sequence[GradientCheck]) -> str:
    """Gradients compared with central differences."""
    return dump({"schema": SCHEMA, "checks": [plain(check) for check in checks]}, indent=2) + "\n"


def dump(data: Any, *, indent: int | None = None) -> str:
    """JSON in which only printable characters stand as they are."""
    text = json.dumps(data, allow_nan=False, ensure_ascii=False)
    if text.isprintable():
        # As `json.dumps` would indent it, which does so in Python and takes seven times as long.
        return text if indent is None else msgspec.json.format(text, indent=indent)
    text = json.dumps(data, allow_nan=False, ensure_ascii=False, indent=indent)
    # The ends of lines are no printable characters, and stand in every indented document.
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]
