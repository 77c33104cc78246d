"""Writes what is generated of the documentation: the README's sessions, the pages of the losses.

    python docs/refresh.py

The sessions are what the program prints; the pages are made from the registry. The tests compare
both with what is stored.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from pathlib import Path

from losscli.describing.loss_page import LossPage, describe
from losscli.losses.registry import REGISTRY

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PAGES = ROOT / "docs" / "losses"

SESSION = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)


def played(session: str) -> str:
    """A session with what its commands print now, on a terminal of 100 columns."""
    commands = [line for line in session.splitlines() if line.startswith("$ ")]
    return "".join(f"{line}\n{_printed(line[2:])}" for line in commands)


def _printed(command: str) -> str:
    """What a command prints on a terminal: what it says on stderr first, then its result."""
    program = f'{sys.executable} -m losscli "$@"'
    terminal, stdout = os.openpty()
    raw = termios.tcgetattr(stdout)
    raw[1] &= ~termios.OPOST
    termios.tcsetattr(stdout, termios.TCSANOW, raw)
    with subprocess.Popen(
        ["bash", "-c", f"losscli() {{ {program}; }}; {command}"],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
        stdout=stdout,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(stdout)
        shown = b"".join(_arriving(terminal))
        assert process.stderr is not None
        text = (process.stderr.read() + shown).decode()
    os.close(terminal)
    return text if text.endswith("\n") or not text else f"{text}\n"


def _arriving(terminal: int) -> Iterator[bytes]:
    """What is written to a terminal, until nobody is left who could."""
    while True:
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:
            # Linux says so when the last writer has gone.
            return
        if not part:
            return
        yield part


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
    lines.append(f"loss        {page.example_value!r}")
    if page.example_gradient:
        lines.append(f"gradient    {page.example_gradient}")
    lines.append("```")
    if page.conventions:
        lines += ["", "| `--like` | loss | what differs |", "|---|---|---|"]
        lines += [
            f"| {line.name} | {line.value!r} | {_cell('; '.join(line.differs))} |"
            for line in page.conventions
        ]
    return "\n".join([*lines, "", "```sh", page.command, "```"]) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write everything anew, and take away pages of losses that are gone."""
    text = README.read_text(encoding="utf-8")
    README.write_text(SESSION.sub(lambda found: played(found.group()), text), encoding="utf-8")
    PAGES.mkdir(exist_ok=True)
    wanted = pages()
    for old in PAGES.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, page in wanted.items():
        (PAGES / name).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
