"""Markdown, for a pull request or a report."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from losscli.checking.report import CheckReport
from losscli.comparing.report import ComparisonReport
from losscli.evaluating.report import Report, Result
from losscli.render.comparison_columns import (
    chance,
    legend,
    losses_of,
    mark,
    method,
    plans,
    signed,
)
from losscli.render.findings import rule_title, tally
from losscli.render.groups import by_column, compared_by_column, name_of
from losscli.render.numbers import (
    NOTHING,
    amount,
    between,
    interval,
    number,
    remarks,
    share,
    titles,
)
from losscli.render.screen import Screen
from losscli.render.visible import visible
from losscli.task.advice import Recommendation

_HEADS = ("loss", "value", "95 % interval", "baseline", "skill", "n", "remarks")
_COMPARED_HEADS = (
    "loss",
    "model",
    "value",
    "difference",
    "95 % interval",
    "p",
    "better rows",
    "verdict",
)
_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>|~$&!"})
# What begins a list, a heading or a rule, where it stands first.
_FIRST = re.compile(r"^(\d*)(?=[-+#=]|(?<=\d)[.)](?:\s|$))")


def escape(text: str) -> str:
    """Text without a meaning in Markdown or HTML."""
    return _FIRST.sub(r"\1\\", visible(text).translate(_SPECIAL))


def code(text: str) -> str:
    """Text as a code span, whatever backticks are in it."""
    fence = "`" * (_longest_run(text) + 1)
    blank = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{blank}{visible(text)}{blank}{fence}"


def render(report: Report, _screen: Screen) -> str:
    """A table of the results, what was read, the recommendation, and the signatures."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield _row(_HEADS)
    yield _row([":--"] + ["--:"] * (len(_HEADS) - 2) + [":--"])
    for title, result in zip(titles(report), report.results, strict=True):
        yield _row(_cells(title, result))
    yield from _slices(report)
    yield ""
    files = dict.fromkeys(code(item.file) for item in report.inputs)
    rows = max((item.rows for item in report.inputs), default=0)
    kind = report.kind.replace("_", " ")
    yield f"{', '.join(files)}: {rows:,} rows, {escape(report.task)}, {escape(kind)}"
    if report.recommendation is not None:
        yield ""
        yield from _advice(report.recommendation)
    for note in report.notes:
        yield ""
        yield f"> {escape(note)}"
    yield ""
    signatures = [visible(result.signature) for result in report.results]
    fence = "`" * max(3, _longest_run("\n".join(signatures)) + 1)
    yield from (f"{fence}text", *signatures, fence)


def render_comparison(report: ComparisonReport, _screen: Screen) -> str:
    """A table of the comparisons, what was read, and how it was found."""
    return "\n".join(_compared(report)) + "\n"


def _compared(report: ComparisonReport) -> Iterator[str]:
    yield _row(_COMPARED_HEADS)
    yield _row([":--"] * 2 + ["--:"] * (len(_COMPARED_HEADS) - 3) + [":--"])
    for title, items in losses_of(report.comparisons):
        star = " ★" if items[0].recommended else ""
        first = items[0]
        known = [escape(title) + star, escape(first.reference), number(first.reference_value)]
        yield _row(known + [""] * (len(_COMPARED_HEADS) - len(known)))
        for item in items:
            yield _row(
                [
                    "",
                    escape(item.model),
                    number(item.value),
                    signed(item.difference),
                    between(item.interval),
                    chance(item.p_holm),
                    share(item.better),
                    escape(item.words),
                ]
            )
    yield ""
    files = dict.fromkeys(code(item.file) for item in report.inputs)
    yield f"{', '.join(files)}: {report.rows:,} rows, {escape(report.task)}"
    yield ""
    for each in plans(report):
        yield escape(f"plan: {each}")
        yield ""
    yield escape(method(report))
    yield from _compared_groups(report)
    for note in report.notes:
        yield ""
        yield f"> {escape(note)}"


def _compared_groups(report: ComparisonReport) -> Iterator[str]:
    """A table of the groups of rows for each column that they are grouped by."""
    for column, groups in compared_by_column(report):
        yield ""
        heads = ("loss", "model", "n", report.models[0], *_COMPARED_HEADS[2:6])
        yield _row([escape(head) for head in (column, *heads)])
        yield _row([":--"] * 3 + ["--:"] * (len(heads) - 2))
        for group in groups:
            for title, items in losses_of(group.comparisons):
                for item in items:
                    cells = [name_of(group), title, f"{mark(item)} {item.model}".strip()]
                    numbers = [f"{item.n:,}", number(item.reference_value), number(item.value)]
                    numbers += [signed(item.difference), between(item.interval)]
                    yield _row([*map(escape, cells), *numbers, chance(item.p_holm)])
        yield ""
        yield escape(legend(groups))


def _slices(report: Report) -> Iterator[str]:
    """A table of the groups of rows for each column that they are grouped by."""
    sliced = [
        (title, result)
        for title, result in zip(titles(report), report.results, strict=True)
        if result.slices
    ]
    if not sliced:
        return
    for column, lines in by_column([result for _, result in sliced]):
        yield ""
        yield _row([escape(column), "n", *(escape(title) for title, _ in sliced)])
        yield _row([":--"] + ["--:"] * (len(sliced) + 1))
        for line in lines:
            values = [f"{'▲ ' if part.worse else ''}{number(part.value)}" for part in line]
            yield _row([escape(name_of(line[0])), f"{line[0].n:,}", *values])


def _advice(advice: Recommendation) -> Iterator[str]:
    yield (
        f"**Recommended: {escape(advice.title)}** (confidence {escape(advice.confidence)}), "
        f"because {escape(advice.because)}."
    )
    yield ""
    for step in advice.evidence:
        yield f"- {escape(step.step)}: {escape(step.finding)} → {escape(step.follows)}"
    if advice.suggestions:
        yield ""
        yield "Worth a look:"
        yield ""
        yield from (f"- {escape(suggestion)}" for suggestion in advice.suggestions)


def _cells(title: str, result: Result) -> list[str]:
    parts = [f"{part.replace('_', ' ')} {number(value)}" for part, value in result.parts.items()]
    unit = f" {escape(result.unit)}" if result.unit else ""
    return [
        escape(title) + (" ★" if result.recommended else ""),
        amount(result) + unit,
        interval(result),
        number(result.baseline.value if result.baseline else None, 6),
        share(result.skill),
        f"{result.n:,}",
        escape(", ".join(parts + remarks(result))),
    ]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def render_check(report: CheckReport) -> str:
    """A table of the rules, errors beneath it."""
    return "\n".join(_check_lines(report)) + "\n"


def _check_lines(report: CheckReport) -> Iterator[str]:
    yield f"**{tally(report)}**"
    yield ""
    findings = [(check.name, item) for check in report.checks for item in check.findings]
    if findings:
        yield "| | check | loss | value | |"
        yield "| :-- | :-- | :-- | --: | :-- |"
    for name, item in findings:
        value = NOTHING if item.value is None else number(item.value)
        cells = (escape(name), escape(rule_title(item)), value, escape(item.words))
        yield f"| {'✓' if item.passed else '✗'} | {' | '.join(cells)} |"
    for check in report.checks:
        if check.error is not None:
            yield ""
            yield f"> ✗ {escape(check.name)}: {escape(check.error)}"
