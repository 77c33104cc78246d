"""The pages of the losses, made from the registry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from losscli.describing.loss_page import LossPage, describe, significant
from losscli.losses.registry import REGISTRY

FOLDER = Path(__file__).parent / "losses"


def pages() -> Mapping[str, str]:
    """The pages of the losses and their index, by file name."""
    made = {f"{loss.id}.md": _page(describe(loss)) for loss in REGISTRY}
    return {"README.md": _index(), **made}


def _index() -> str:
    lines = ["# The losses", "", "Made from the registry by `python docs/refresh.py`."]
    for family, losses in REGISTRY.families().items():
        lines += ["", f"## {family}", "", "| loss | type | what it is |", "|---|---|---|"]
        lines += [
            f"| [{loss.title}]({loss.id}.md) | `{loss.short}` | {_cell(loss.summary)} |"
            for loss in losses
        ]
    return "\n".join(lines) + "\n"


def _page(page: LossPage) -> str:
    facts = {
        "id": f"`{page.id}`",
        "aliases": ", ".join(f"`{alias}`" for alias in page.aliases),
        "tasks": ", ".join(page.tasks),
        "predictions": ", ".join(page.kinds),
        "range": f"{page.range}; {page.direction}",
        "reduction": page.reduction,
        "unit": page.unit,
        "gradient": page.gradient,
        "reference": page.reference,
    }
    lines = [f"# {page.title}", "", page.summary, "", f"    {page.formula}", "", page.when, ""]
    lines += ["| | |", "|---|---|"]
    lines += [f"| {name} | {_cell(fact)} |" for name, fact in facts.items() if fact]
    if page.params:
        lines += ["", "## Parameters", "", "| name | default | range | |", "|---|---|---|---|"]
        lines += [
            f"| `{param.name}` | {param.default} | {_cell(param.range)} | {_cell(param.doc)} |"
            for param in page.params
        ]
    if page.frameworks:
        lines += ["", "## Its name elsewhere", "", "| framework | name |", "|---|---|"]
        lines += [
            f"| {framework} | {', '.join(f'`{name}`' for name in names)} |"
            for framework, names in page.frameworks
        ]
    lines += ["", "## Example", "", "```text", f"prediction  {page.example_pred}"]
    if page.example_label:
        lines.append(f"label       {page.example_label}")
    lines.append(f"loss        {significant(page.example_value)}")
    if page.example_gradient:
        lines.append(f"gradient    {page.example_gradient}")
    lines.append("```")
    if page.conventions:
        lines += ["", "| `--like` | loss | what differs |", "|---|---|---|"]
        lines += [
            f"| {line.name} | {significant(line.value)} | {_cell('; '.join(line.differs))} |"
            for line in page.conventions
        ]
    return "\n".join([*lines, "", "```sh", page.command, "```"]) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
