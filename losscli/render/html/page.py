"""Pages, each one file that asks nothing of any network. Needs the extra `report`."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from losscli.comparing.report import Comparison, ComparisonReport, Verdict
from losscli.errors import UsageError
from losscli.render.comparison_columns import (
    chance,
    few_large_misses,
    leading_comparisons,
    legend,
    losses_of,
    mark,
    method,
    plans,
    rows_command,
    signed,
    verdict,
)
from losscli.render.groups import by_column, compared_by_column, name_of
from losscli.render.html.figures import Figure, lorenz_figure, reliability_figure
from losscli.render.html.hero import base_names, forest_of, headline, hero_of
from losscli.render.leading import leading
from losscli.render.numbers import NOTHING, between, interval, number, remarks, share, titles
from losscli.render.visible import visible

if TYPE_CHECKING:
    from losscli.describing.evaluation_page import Page, SameValue


class Cell(Struct, frozen=True):
    """A cell: what it shows, and the number that it sorts by."""

    text: str
    value: float | int | None = None
    mark: str = ""

    @property
    def data(self) -> str | None:
        """The number to its last digit, as the JSON has it."""
        return None if self.value is None else repr(self.value)


class Grid(Struct, frozen=True):
    """A table: a caption, its heads (`numeric` ones stand to the right), its rows."""

    id: str
    caption: str
    heads: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Cell, ...], ...]


def render_page(page: Page, *, made: date | None = None) -> str:
    """The page of an evaluation `made` on a day (today's if not given).

    Raises UsageError where the extra `report` is not installed.
    """
    report = page.report
    rows = max((item.rows for item in report.inputs), default=0)
    files = base_names([item.file for item in report.inputs])
    place = leading(report)
    hero = None if place is None else hero_of(report, place)
    facts = [f"{rows:,} rows", report.task, report.kind.replace("_", " ")]
    return _filled(
        "report.html.j2",
        made=made,
        report=report,
        tab=f"{hero.title} {hero.value} · {files}" if hero else f"Losses of {files}",
        heading=files,
        facts=" · ".join(facts),
        hero=hero,
        figures=list(_figures(page)),
        losses=_losses(page),
        parts=_parts(page),
        slices=_slices(page),
        hardest=_hardest(page),
        told=_told(page),
        alike=_alike(page),
        signatures=[visible(result.signature) for result in report.results],
        notes=[visible(note) for note in report.notes],
        command=visible(page.command),
    )


def render_comparison(
    report: ComparisonReport, command: str = "", *, made: date | None = None
) -> str:
    """The page of a comparison `made` on a day: the verdict, a forest plot, a table for each loss.

    Raises UsageError where the extra `report` is not installed.
    """
    losses = [
        (visible(title), _compared(f"models-{place}", items), [verdict(report, i) for i in items])
        for place, (title, items) in enumerate(losses_of(report.comparisons))
    ]
    found = [name for item in report.comparisons for name in item.signatures]
    first, *others = map(visible, report.models)
    heading, reasons = headline(report)
    return _filled(
        "comparison.html.j2",
        made=made,
        report=report,
        tab=f"{', '.join(others)} against {first}",
        heading=heading,
        reasons=reasons,
        facts=f"{', '.join(others)} against {first} · {report.rows:,} rows · {report.task}",
        forest=forest_of(report),
        losses=[(title, grid, list(map(visible, words))) for title, grid, words in losses],
        misses=_misses(report),
        method=visible(method(report)),
        slices=_compared_slices(report),
        signatures=list(dict.fromkeys(map(visible, found))),
        notes=[visible(note) for note in (*plans(report), *report.notes)],
        command=visible(command),
    )


def _misses(report: ComparisonReport) -> list[tuple[str, str]]:
    """That most rows speak for a model that loses, and the command that shows the others."""
    found = [
        (visible(f"{model} {words}"), visible(rows_command(report, model)))
        for item in leading_comparisons(report)
        if (said := few_large_misses(item)) is not None
        for model, words in [said]
    ]
    return list(dict.fromkeys(found))


def _filled(name: str, made: date | None, **words: Any) -> str:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise UsageError(
            "a page needs Jinja, which is not installed",
            hint="Install it: pip install 'losscli[report]'.",
        ) from None
    folder = files("losscli.render.html") / "templates"
    style, script = (
        (folder / file).read_text(encoding="utf-8") for file in ("page.css", "page.js")
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment = Environment(
        loader=PackageLoader("losscli.render.html", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shared = {"style": style, "script": script, "digest": digest, "visible": visible}
    shared["made"] = (made or date.today()).isoformat()
    return environment.get_template(name).render(**shared, **words)


def _compared(id: str, items: Sequence[Comparison]) -> Grid:
    first = items[0]
    heads = ("model", "value", "difference", "95 % interval", "p", "better rows")
    known = (Cell(visible(first.reference)), _number(first.reference_value, first.unit))
    rows = [(*known, *[Cell("")] * 4)]
    for item in items:
        mark = "worse" if item.verdict is Verdict.WORSE else ""
        better = item.verdict is Verdict.BETTER
        rows.append(
            (
                Cell(visible(item.model), mark="recommended" if better else ""),
                _number(item.value, item.unit),
                Cell(signed(item.difference), float(item.difference), mark),
                Cell(between(item.interval)),
                Cell(chance(item.p_holm), item.p_holm),
                Cell("" if item.better is None else share(item.better), item.better),
            )
        )
    caption = f"{first.title}; {'less' if first.lower_is_better else 'more'} is better"
    return Grid(id, visible(caption), heads, (False, *[True] * 5), tuple(rows))


def _compared_slices(report: ComparisonReport) -> list[tuple[str, Grid]]:
    """For each column its groups, with every loss of every model, and what marks say."""
    grids = []
    heads = ("loss", "model", "n", visible(report.models[0]), "value", "difference")
    for place, (column, groups) in enumerate(compared_by_column(report)):
        rows = [
            (
                Cell(visible(name_of(group))),
                Cell(visible(title)),
                Cell(f"{mark(item)} {visible(item.model)}".strip()),
                Cell(f"{item.n:,}", item.n),
                _number(item.reference_value),
                _number(item.value),
                Cell(signed(item.difference), float(item.difference)),
                Cell(between(item.interval)),
                Cell(chance(item.p_holm), item.p_holm),
            )
            for group in groups
            for title, items in losses_of(group.comparisons)
            for item in items
        ]
        numeric = (False, False, False, *[True] * 6)
        names = (visible(column), *heads, "95 % interval", "p")
        grids.append(
            (legend(groups), Grid(f"slices-{place}", f"By {names[0]}", names, numeric, tuple(rows)))
        )
    return grids


def _losses(page: Page) -> Grid:
    report = page.report
    rows = [
        (
            Cell(visible(title), mark="recommended" if result.recommended else ""),
            _number(result.value, result.unit),
            Cell(interval(result)),
            _number(None if result.baseline is None else result.baseline.value),
            Cell(share(result.skill), result.skill),
            Cell(f"{result.n:,}", result.n),
            Cell("; ".join(remarks(result))),
        )
        for title, result in zip(titles(report), report.results, strict=True)
    ]
    heads = ("loss", "value", "95 % interval", "baseline", "skill", "n", "remarks")
    caption = "Losses; baseline: the best constant prediction; skill: 1 − loss ÷ baseline"
    return Grid("losses", caption, heads, (False, *[True] * 5, False), tuple(rows))


def _parts(page: Page) -> Grid | None:
    found = [
        (title, result.value, result.decomposition)
        for title, result in zip(titles(page.report), page.report.results, strict=True)
        if result.decomposition is not None
    ]
    if not found:
        return None
    heads = ["loss", "value", "= calibration", "+ refinement", "+ within groups"]
    caption = (
        "Calibration: stated probabilities against what happened at them; refinement: what would "
        "be left if they were calibrated; within groups: what the groups are too coarse for"
    )
    shares = any(parts.entropy is not None for _, _, parts in found)
    if shares:
        heads += ["= entropy", "+ divergence"]
        caption += "; entropy: of labels that are shares; divergence: of predictions from them"
    rows = []
    for title, value, parts in found:
        numbers = [value, parts.calibration, parts.refinement, parts.within]
        numbers += [parts.entropy, parts.divergence] if shares else []
        rows.append((Cell(visible(title)), *map(_number, numbers)))
    return Grid("parts", caption, tuple(heads), (False, *[True] * (len(heads) - 1)), tuple(rows))


def _slices(page: Page) -> list[Grid]:
    named = [
        (visible(title), result)
        for title, result in zip(titles(page.report), page.report.results, strict=True)
        if result.slices
    ]
    if not named:
        return []
    grids = []
    for place, (column, lines) in enumerate(by_column([result for _, result in named])):
        rows = [
            (
                Cell(visible(name_of(line[0]))),
                Cell(f"{line[0].n:,}", line[0].n),
                *(
                    Cell(number(part.value), part.value, "worse" if part.worse else "")
                    for part in line
                ),
            )
            for line in lines
        ]
        heads = (visible(column), "n", *(title for title, _ in named))
        caption = f"By {visible(column)}; ▲ worse than all other rows by more than chance"
        numeric = (False, *[True] * (len(heads) - 1))
        grids.append(Grid(f"slices-{place}", caption, heads, numeric, tuple(rows)))
    return grids


def _hardest(page: Page) -> Grid | None:
    found = page.hardest
    if found is None:
        return None
    ids = any(row.id is not None for row in found.rows)
    losses = titles(found.report)
    labels = found.label_columns
    preds = found.columns
    heads = ["row", *(["id"] if ids else []), *map(visible, (*labels, *preds))]
    for title in losses:
        heads += [visible(title), "share"]
    rows = []
    for row in found.rows:
        cells = [Cell(f"{row.row:,}", row.row)]
        cells += [Cell(visible(row.id or ""))] if ids else []
        cells += [_item(item) for item in (*row.label, *row.pred)]
        for value, part in zip(row.losses, row.shares, strict=True):
            cells += [_number(value), Cell(share(part), part)]
        rows.append(tuple(cells))
    numeric = tuple(head not in ("id", *map(visible, labels)) for head in heads)
    return Grid("rows", "The hardest rows, counted from 0", tuple(heads), numeric, tuple(rows))


def _item(item: Any) -> Cell:
    if item is None:
        return Cell(NOTHING)
    if isinstance(item, str):
        return Cell(visible(item))
    return Cell(f"{item:.6g}", item)


def _told(page: Page) -> Grid | None:
    """What conventions print that part from the report; None where all agree with it."""
    mine = {told.loss: told.value for told in reversed(page.told)}
    rows = [
        (
            Cell(visible(_asked(told))),
            Cell(", ".join(told.conventions)),
            Cell(f"{told.value:.12g}", told.value),
            Cell(". ".join(map(visible, told.why))),
        )
        for told in page.told
        if told.value != mine[told.loss]
    ]
    if not rows:
        return None
    heads = ("loss", "convention", "value", "what it does otherwise")
    caption = "What frameworks print otherwise"
    return Grid("conventions", caption, heads, (False, False, True, False), tuple(rows))


def _alike(page: Page) -> list[str]:
    """For each loss, the conventions that print the number of the report."""
    seen: dict[str, str] = {}
    for told in page.told:
        # The value of the report comes first of each loss.
        if told.loss not in seen:
            seen[told.loss] = f"{_asked(told)}: {', '.join(told.conventions)}"
    return list(map(visible, seen.values()))


def _asked(told: SameValue) -> str:
    """What a loss is called, with the parameters that were asked for."""
    params = told.loss.partition(":")[2]
    return f"{told.title} ({params.replace(',', ', ')})" if params else told.title


def _number(value: float | None, unit: str = "") -> Cell:
    if value is None:
        return Cell(NOTHING)
    return Cell(f"{number(value)} {visible(unit)}".strip(), float(value))


def _figures(page: Page) -> Iterator[Figure]:
    if page.spread is not None:
        yield lorenz_figure(page.spread, page.hardest)
    yield from map(reliability_figure, page.reliabilities)
