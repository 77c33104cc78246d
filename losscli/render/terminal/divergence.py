"""How far two models' distributions part, on a screen: as llama.cpp's perplexity tool prints it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from losscli.comparing.divergence_report import Divergence, Statistic
from losscli.render.terminal.layout import columns
from losscli.render.visible import visible


def divergence_blocks(report: Divergence) -> Iterator[RenderableType]:
    """What was compared, then the perplexities, the divergence and the true token's probability."""
    base, other = map(visible, report.models)
    left_out = f" · {report.ignored:,} ignored by their label" if report.ignored else ""
    yield Text(f"{other} (Q) against {base} (base) · {report.tokens:,} tokens{left_out}")
    if report.perplexity:
        yield _section("Perplexity", report.perplexity, "")
    yield _section("Kullback–Leibler divergence of Q from base (nats)", report.kl, "")
    title = "Probability of the true token, Q − base" if report.perplexity else "Likeliest token"
    yield _section(title, report.probability, " %")


def _section(title: str, found: Sequence[Statistic], unit: str) -> RenderableType:
    table = columns(3)
    scale = 100.0 if unit else 1.0
    digits = 3 if unit else 6
    for each in found:
        error = "" if each.error is None else f"± {scale * each.error:.{digits}f}{unit}"
        table.add_row(
            Text(f"  {each.name}"),
            Text(f"{scale * each.value:.{digits}f}{unit}", justify="right"),
            Text(error),
        )
    return Group(Text(title, "bold"), table)
