"""What checks found, on a screen: a line for each rule, those that are broken last."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from losscli.checking.report import Checked, CheckReport, Finding
from losscli.render.findings import rule_title, tally
from losscli.render.numbers import NOTHING, number
from losscli.render.screen import Screen
from losscli.render.terminal.layout import hanging, indented, labelled
from losscli.render.terminal.table import text_of
from losscli.render.visible import visible


def render_check(report: CheckReport, screen: Screen) -> str:
    """Each check with its rules, how many of all are kept, and what was read."""
    named = len(report.checks) > 1
    parts = [_block(check, named=named) for check in report.checks]
    parts.append(_total(report))
    notes = dict.fromkeys(note for check in report.checks for note in check.notes)
    if screen.notes and notes:
        parts.append(labelled([("note", Text(visible(note), overflow="fold")) for note in notes]))
    return text_of(parts, screen)


def _block(check: Checked, *, named: bool) -> RenderableType:
    lines: list[RenderableType] = []
    if check.error is not None:
        lines.append(hanging("✗", Text(visible(check.error), "red", overflow="fold")))
    lines += map(_line, check.findings)
    if not named:
        return Group(*lines)
    return Group(Text(visible(check.name), "bold", overflow="fold"), *map(indented, lines))


def _line(finding: Finding) -> RenderableType:
    mark, style = ("✓", "green") if finding.passed else ("✗", "red")
    value = NOTHING if finding.value is None else number(finding.value)
    if finding.unit:
        value += f" {finding.unit}"
    name = rule_title(finding)
    text = Text.assemble((visible(name), "bold"), f"  {value}\n", (visible(finding.words), style))
    return hanging(mark, text)


def _total(report: CheckReport) -> Text:
    words = tally(report)
    return Text(words, "bold green" if report.passed else "bold red")
