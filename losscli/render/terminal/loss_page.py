"""The list of losses and the page of one, as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from losscli.describing.loss_page import LossPage
from losscli.losses.definition.loss import Loss

WIDEST = 100


def render_list(families: Mapping[str, Sequence[Loss]], width: int | None) -> str:
    """All losses by family: the name to type, the canonical id, what it is."""
    columns = min(width or WIDEST, WIDEST)
    longest = max(len(loss.short) for losses in families.values() for loss in losses)
    lines = []
    for family, losses in families.items():
        lines.append(family)
        for loss in losses:
            about = loss.summary if loss.short == loss.id else f"{loss.id}: {loss.summary}"
            lines.extend(entry(f"  {loss.short:<{longest}}  ", about, columns))
        lines.append("")
    lines.append("losscli losses NAME shows the page of one.")
    return "\n".join(lines) + "\n"


def render_page(page: LossPage, width: int | None) -> str:
    """The page of one loss."""
    columns = min(width or WIDEST, WIDEST)
    return "\n".join(_page_lines(page, columns)) + "\n"


def _page_lines(page: LossPage, columns: int) -> Iterator[str]:
    yield from textwrap.wrap(f"{page.title} ({page.id})", columns)
    yield from textwrap.wrap(page.summary, columns)
    yield ""
    facts = {
        "formula": page.formula,
        "gradient": page.gradient,
        "when": page.when,
        "aliases": ", ".join(page.aliases),
        "tasks": ", ".join(page.tasks),
        "kinds": ", ".join(page.kinds),
        "range": f"{page.range}; {page.direction}",
        "reduction": page.reduction,
        "unit": page.unit,
        "reference": page.reference,
    }
    for name, fact in facts.items():
        if fact:
            yield from entry(f"{name:<10}", fact, columns)
    if page.params:
        yield ""
        yield "parameters"
        for param in page.params:
            extent = f", in {param.range}" if param.range else ""
            text = f"{param.doc} (default {param.default}{extent})"
            yield from entry(f"  {param.name:<16}", text, columns)
    if page.frameworks:
        yield ""
        yield "its name elsewhere"
        for framework, names in page.frameworks:
            yield from entry(f"  {framework:<16}", "; ".join(names), columns)
    yield ""
    yield "example"
    yield from entry("  prediction  ", page.example_pred, columns)
    if page.example_label:
        yield from entry("  label       ", page.example_label, columns)
    yield f"  loss        {page.example_value!r}"
    if page.example_gradient:
        yield from entry("  gradient    ", page.example_gradient, columns)
    for line in page.conventions:
        yield from entry(
            f"  --like {line.name:<12} ", f"{line.value!r}: {'; '.join(line.differs)}", columns
        )
    yield ""
    yield from entry("", page.command, columns)


def entry(head: str, text: str, columns: int) -> list[str]:
    """`head` and then `text`, wrapped under itself where there is room."""
    indent = len(head) if columns - len(head) >= 24 else 4
    lines = textwrap.wrap(
        head + text,
        columns,
        subsequent_indent=" " * indent,
        drop_whitespace=True,
        break_on_hyphens=False,
    )
    return lines or [head.rstrip()]
