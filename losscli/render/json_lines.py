"""JSON Lines: one result on a line, each complete in itself."""

from __future__ import annotations

from losscli.comparing.report import SCHEMA as COMPARISON_SCHEMA
from losscli.comparing.report import ComparisonReport
from losscli.evaluating.report import SCHEMA, Report
from losscli.plain import plain
from losscli.render.json import dump
from losscli.render.screen import Screen


def render(report: Report, _screen: Screen) -> str:
    """One line per result, with the inputs and the task that it belongs to."""
    shared = {
        "schema": SCHEMA,
        "inputs": [plain(item) for item in report.inputs],
        "task": report.task,
    }
    return "".join(f"{dump({**shared, **plain(result)})}\n" for result in report.results)


def render_comparison(report: ComparisonReport, _screen: Screen) -> str:
    """One line per comparison, with the inputs and the task that it belongs to."""
    shared = {
        "schema": COMPARISON_SCHEMA,
        "inputs": [plain(item) for item in report.inputs],
        "task": report.task,
    }
    return "".join(f"{dump({**shared, **plain(item)})}\n" for item in report.comparisons)
