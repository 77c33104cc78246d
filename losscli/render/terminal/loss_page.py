"""The list of losses and the page of one, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from losscli.describing.loss_page import LossPage, significant
from losscli.losses.definition.loss import Loss
from losscli.render.line_breaks import filled

WIDEST = 100
# Beside the name of their family, the names of losses get at least so many columns.
_ROOM_FOR_NAMES = 40
# Beside its head a text gets at least so many columns, or it stands beneath it.
_ROOM_BESIDE, _BENEATH = 20, "    "
# So many lines of a family are shown, that all families fit a screen of 24.
_MOST_LINES = 2
# A screen of 24 lines, less that of the prompt.
_SCREEN = 23


def render_list(
    families: Mapping[str, Sequence[Loss]],
    width: int | None,
    *,
    long: bool = False,
    whole: bool = False,
) -> str:
    """All losses by family: the names to type, on one screen; `long` with what each is.

    Of a `whole` list, no name is left out.
    """
    columns = min(width or WIDEST, WIDEST)
    if long:
        lines = list(_described(families, columns))
        how = "losscli losses NAME shows the page of one."
    else:
        lines = list(_in_columns(families, columns, fits=not whole))
        how = "losscli losses NAME, or FAMILY; --long says what each is."
    return "\n".join([*lines, *filled(how, columns)]) + "\n"


def render_family(losses: Sequence[Loss], width: int | None) -> str:
    """The losses of one family, each with what it is."""
    columns = min(width or WIDEST, WIDEST)
    return "\n".join(_described({losses[0].family: losses}, columns))


def _in_columns(
    families: Mapping[str, Sequence[Loss]], columns: int, *, fits: bool
) -> Iterator[str]:
    """The names of each family on as few lines as they fit, right of the family's own.

    Where all of it `fits` a screen, the largest families show fewer of theirs.
    """
    head = 2 + max(map(len, families))
    beneath = columns - head < _ROOM_FOR_NAMES

    def lines_of(family: str, most: int | None) -> list[str]:
        first = "  " if beneath else f"{family:<{head}}"
        names = [loss.short for loss in families[family]]
        return [*([family] if beneath else []), *_wrapped(names, first, columns, most)]

    found = {family: lines_of(family, _MOST_LINES if fits else None) for family in families}
    for family in sorted(families, key=lambda family: -len(families[family])):
        if fits and not beneath and sum(map(len, found.values())) >= _SCREEN:
            found[family] = lines_of(family, 1)
    for lines in found.values():
        yield from lines


def _wrapped(names: Sequence[str], first: str, columns: int, most: int | None) -> list[str]:
    """Names on at most so many lines, with how many more there are."""
    for shown in range(len(names), 0, -1):
        rest = [f"… {len(names) - shown} more"] if shown < len(names) else []
        lines = filled("  ".join([*names[:shown], *rest]), columns, first, " " * len(first))
        if most is None or len(lines) <= most:
            break
    return lines


def _described(families: Mapping[str, Sequence[Loss]], columns: int) -> Iterator[str]:
    """Each loss on a line of its own: the name to type, the canonical id, what it is."""
    longest = max(len(loss.short) for losses in families.values() for loss in losses)
    for family, losses in families.items():
        yield family
        for loss in losses:
            about = loss.summary if loss.short == loss.id else f"{loss.id}: {loss.summary}"
            yield from entry(f"  {loss.short:<{longest}}  ", about, columns)
        yield ""


def render_page(page: LossPage, width: int | None, *, long: bool = False) -> str:
    """The page of one loss on one screen; `long` with gradient, frameworks and conventions.

    The example is left to `long` where the screen has no lines for it.
    """
    columns = min(width or WIDEST, WIDEST)
    lines = list(_page_lines(page, columns, long=long, example=True))
    if not long and len(lines) > _SCREEN:
        lines = list(_page_lines(page, columns, long=False, example=False))
    return "\n".join(lines) + "\n"


def _page_lines(page: LossPage, columns: int, *, long: bool, example: bool) -> Iterator[str]:
    yield from filled(f"{page.title} ({page.id})", columns)
    yield from filled(page.summary, columns)
    yield ""
    number = " · ".join(filter(None, (page.range, page.direction, page.reduction, page.unit)))
    facts = {
        "formula": page.formula,
        "gradient": page.gradient if long else "",
        "when": page.when,
        "aliases": ", ".join(page.aliases),
        "reads": f"{', '.join(page.kinds)} ({', '.join(page.tasks)})",
        "number": number,
        "reference": page.reference if long else "",
    }
    for name, fact in facts.items():
        if fact:
            yield from entry(f"{name:<10}", fact, columns)
    yield from _parameters(page, columns)
    if long:
        yield from _elsewhere(page, columns)
    if example:
        yield ""
        yield from _example(page, columns, long=long)
    yield ""
    yield from entry("", page.command, columns)
    if not long:
        more = "gradient, frameworks, conventions"
        yield from entry("--long: ", more if example else f"example, {more}", columns)


def _parameters(page: LossPage, columns: int) -> Iterator[str]:
    if page.params:
        yield ""
        yield "parameters"
        for param in page.params:
            extent = f", in {param.range}" if param.range else ""
            text = f"{param.doc} (default {param.default}{extent})"
            yield from entry(f"  {param.name:<16}", text, columns)


def _elsewhere(page: LossPage, columns: int) -> Iterator[str]:
    if page.frameworks:
        yield ""
        yield "its name elsewhere"
        for framework, names in page.frameworks:
            yield from entry(f"  {framework:<16}", "; ".join(names), columns)


def _example(page: LossPage, columns: int, *, long: bool) -> Iterator[str]:
    yield "example"
    yield from entry("  prediction  ", page.example_pred, columns)
    if page.example_label:
        yield from entry("  label       ", page.example_label, columns)
    yield f"  loss        {significant(page.example_value)}"
    if not long:
        return
    if page.example_gradient:
        yield from entry("  gradient    ", page.example_gradient, columns)
    for line in page.conventions:
        yield from entry(
            f"  --like {line.name:<12} ",
            f"{significant(line.value)}: {'; '.join(line.differs)}",
            columns,
        )


def entry(head: str, text: str, columns: int) -> list[str]:
    """`head` and then `text`, wrapped under itself; beneath the head where there is no room."""
    margin = " " * len(head)
    room = columns - len(head)
    tight = room < max(_ROOM_BESIDE, *map(len, text.split()), 0)
    if tight and len(filled(text, columns, head, margin)) > 1:
        return [head.rstrip(), *filled(text, columns, _BENEATH, _BENEATH)]
    return filled(text, columns, head, margin) or [head.rstrip()]
