"""The recommendation and the signatures on a screen."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from losscli.evaluating.report import Report
from losscli.losses.registry import REGISTRY
from losscli.render.terminal.layout import columns, hanging, indented
from losscli.render.visible import visible
from losscli.task.advice import Recommendation
from losscli.vocabulary import Evidence

_CONFIDENCE = {"high": "green", "medium": "yellow", "low": "red"}


def advice_block(advice: Recommendation, width: int, reading: tuple[Evidence, ...] = ()) -> Group:
    """What is recommended, because of what, by which steps, and what else is worth a look.

    The steps begin with those of the `reading`: which columns were taken for what, and why.
    """
    confidence = visible(advice.confidence)
    head = Text("Recommended: ", style="bold")
    head.append(visible(advice.title), style="green")
    head.append(" (confidence ", style="not bold")
    head.append(confidence, style=f"not bold {_CONFIDENCE.get(confidence, '')}")
    head.append(")", style="not bold")
    parts: list[RenderableType] = [head, indented(Text(f"because {visible(advice.because)}"))]
    if evidence := (*reading, *advice.evidence):
        parts += [Text(), indented(evidence_table(evidence, width))]
    if advice.suggestions:
        parts += [Text(), Text("Worth a look", style="bold")]
        parts += [indented(hanging("•", Text(visible(text)))) for text in advice.suggestions]
    return Group(*parts)


def advice_line(advice: Recommendation, width: int) -> Text:
    """What is recommended by the name to type, because of what; how to see more where it fits."""
    # Scores that rows have already are no loss of the registry.
    known = REGISTRY.knows(advice.loss)
    name = REGISTRY.get(advice.loss).short if known else visible(advice.title)
    text = Text.assemble((name, "bold green"), f": {visible(advice.because)}")
    if advice.confidence != "high":
        confidence = visible(advice.confidence)
        text.append(" · confidence ").append(confidence, _CONFIDENCE.get(confidence, ""))
    more = Text(" · --why", "dim")
    fits = cell_len(text.plain) % width + cell_len(more.plain) <= width
    return text.append_text(more) if fits else text


def signature_block(report: Report, width: int) -> Group:
    """What pins each number down, broken between its fields alone."""
    lines = [
        indented(Text(line, style="dim", overflow="fold"))
        for result in report.results
        for line in _folded(visible(result.signature), width - 2)
    ]
    return Group(Text("Signatures", style="bold"), *lines)


def evidence_table(evidence: tuple[Evidence, ...], width: int) -> Table:
    """Step, finding and what follows: side by side, or the last two below each other."""
    rows = [tuple(map(visible, (e.step, e.finding, e.follows))) for e in evidence]
    # The indent, two gaps and the arrow.
    needed = 2 + 2 * 2 + 2 + sum(max(map(cell_len, column)) for column in zip(*rows, strict=True))
    beside = needed <= width
    table = columns(3 if beside else 2)
    for step, finding, follows in rows:
        said: list[RenderableType] = [Text(finding), hanging("→", Text(follows))]
        table.add_row(Text(step, style="dim"), *(said if beside else [Group(*said)]))
    return table


def _folded(signature: str, width: int) -> list[str]:
    """A signature on lines that end in `|` and go on indented."""
    first, *fields = signature.split("|")
    lines = [first]
    for field in fields:
        # One column is for the `|` that may follow.
        if cell_len(lines[-1]) + cell_len(field) + 2 <= width:
            lines[-1] += f"|{field}"
        else:
            lines[-1] += "|"
            lines.append(f"  {field}")
    return lines
