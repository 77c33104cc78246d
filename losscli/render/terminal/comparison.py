"""Models compared, on a screen: the verdict first, then a row for each loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from losscli.comparing.report import Comparison, ComparisonReport, Verdict
from losscli.inputs.findings import Findings
from losscli.render.commands import command_lines
from losscli.render.comparison_columns import (
    chance,
    few_large_misses,
    leading_comparisons,
    losses_of,
    method,
    otherwise,
    plans,
    rows_command,
    signed,
    tied,
    verdict_sentence,
)
from losscli.render.numbers import aligned, between, number
from losscli.render.screen import Screen
from losscli.render.terminal.advice import evidence_table
from losscli.render.terminal.compared_groups import groups_blocks
from losscli.render.terminal.layout import (
    fits_table,
    indented,
    labelled,
    table_or_lines,
)
from losscli.render.visible import visible

_COLORS = {Verdict.BETTER: "green", Verdict.WORSE: "red"}
_INDENT = 2
_REST = ("difference", "95 % interval", "p")


def comparison_blocks(
    report: ComparisonReport, screen: Screen, width: int
) -> Iterator[RenderableType]:
    """What was compared, the verdict, the losses, what misleads, and how it was found."""
    first = leading_comparisons(report)
    yield Group(*_verdicts(report, first))
    yield _losses(report, width)
    for item in first:
        if few_large_misses(item):
            yield _misses(report, item, width)
    lines = [("plan", Text(visible(each))) for each in plans(report)]
    lines += [("method", Text(visible(method(report)), "dim"))]
    if screen.notes:
        lines += list(_noted(report))
    yield labelled(lines)
    if screen.why and report.evidence:
        yield evidence_table(report.evidence, width)
    if groups := groups_blocks(report, width):
        yield Group(*groups[1:])


def _noted(report: ComparisonReport) -> Iterator[tuple[str, Text]]:
    """What was read, and what else has to be known."""
    found = Findings(report.read, report.unused)
    if read := found.summary():
        yield "read", Text(visible(read), overflow="fold")
    said = set(found.notes())
    for note in report.notes:
        if note not in said:
            yield "note", Text(visible(note), overflow="fold")


def _verdicts(report: ComparisonReport, first: Sequence[Comparison]) -> Iterator[Text]:
    """The verdict on each model, and what other losses prove that the leading one does not."""
    for item in first:
        yield _verdict(item)
        for other in report.comparisons:
            if words := otherwise(other, item):
                yield Text(visible(words))


def _verdict(item: Comparison) -> Text:
    """The verdict in a sentence to act on; what is proven stands out."""
    said, reason = verdict_sentence(item)
    return Text.assemble((visible(said), f"bold {_color(item)}".strip()), f" {visible(reason)}")


def _losses(report: ComparisonReport, width: int) -> RenderableType:
    """A row for each loss of two models; of more, a row for each model under each loss."""
    if len(report.models) > 2:
        return _by_loss(report, width)
    first, second = map(visible, report.models)
    rows = _rows([(title, items[0]) for title, items in losses_of(report.comparisons)])
    heads = ["loss", first, second, *_REST]
    short = ["loss", "first", "second", *_REST]
    if fits_table(heads, rows, width) or not fits_table(short, rows, width):
        return table_or_lines(heads, rows, width)
    # Names too long for columns stand above the table.
    named = labelled([("first", Text(first)), ("second", Text(second))])
    return Group(named, Text(), table_or_lines(short, rows, width))


def _rows(lines: Sequence[tuple[str, Comparison]]) -> list[list[Text]]:
    items = [item for _, item in lines]
    values = aligned(
        [number(item.reference_value, 5) for item in items]
        + [number(item.value, 5) for item in items]
    )
    differences = aligned([signed(item.difference, 3) for item in items])
    return [
        [
            _title(title, item),
            Text(values[place]),
            Text(values[len(items) + place]),
            Text(differences[place], _color(item)),
            Text(between(item.interval)),
            Text(chance(item.p_holm)),
        ]
        for place, (title, item) in enumerate(lines)
    ]


def _by_loss(report: ComparisonReport, width: int) -> RenderableType:
    blocks: list[RenderableType] = []
    for title, items in losses_of(report.comparisons):
        first = items[0]
        values = aligned(
            [number(first.reference_value, 5), *(number(item.value, 5) for item in items)]
        )
        rows = [[Text(visible(first.reference)), Text(values[0]), *[Text("")] * len(_REST)]]
        rows += [
            [
                Text(visible(item.model)),
                Text(value),
                Text(signed(item.difference, 3), _color(item)),
                Text(between(item.interval)),
                Text(chance(item.p_holm)),
            ]
            for value, item in zip(values[1:], items, strict=True)
        ]
        table = table_or_lines(["", "value", *_REST], rows, width - _INDENT)
        blocks += [Text(), _title(title, first), indented(table)]
    return Group(*blocks[1:])


def _title(title: str, item: Comparison) -> Text:
    name = visible(title) + ("" if item.lower_is_better else ", higher is better")
    return Text(name, "bold" if item.recommended else "")


def _color(item: Comparison) -> str:
    return "" if tied(item) else _COLORS.get(item.verdict, "")


def _misses(report: ComparisonReport, item: Comparison, width: int) -> RenderableType:
    """That most rows speak for the model that loses, and how to see those that do not."""
    model, words = few_large_misses(item) or ("", "")
    command = rows_command(report, model)
    said = Text(f"{visible(model)} {words}{':' if command else ''}")
    lines = command_lines(visible(command), width - _INDENT) if command else []
    return Group(said, *(indented(Text(line)) for line in lines))
