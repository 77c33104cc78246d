"""`--help` on a narrow screen, where Typer's columns leave no room for words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from losscli.cli.options import specs_of

# On fewer columns Typer cuts words and the names of options.
NARROW = 72
_OWN = {
    "--version": "Print the version.",
    "--debug": "Show where in losscli an error arose.",
    "--install-completion": "Install completion for the current shell.",
    "--show-completion": "Show completion for the current shell.",
    "--help, -h": "Show this message and exit.",
}


def of_program(help: str, epilog: str, commands: Mapping[str, str], width: int) -> str:
    """The help of the program: what it is for, its commands and its own options."""
    lines = ["Usage: losscli COMMAND …", *_paragraphs(help, width), "", "Commands"]
    for name, text in commands.items():
        lines += _entry(name, text.split("\n\n")[0], width)
    lines += ["", "Options"]
    for flag, text in _OWN.items():
        lines += _entry(flag, text, width)
    return "\n".join([*lines, *_paragraphs(epilog, width)]) + "\n"


def of_command(name: str, options: type[Any], help: str, width: int) -> str:
    """The help of a command: what it does, its arguments, and its options by panel."""
    panels: dict[str, list[str]] = {"Arguments": [], "Options": []}
    words = ["Usage: losscli", name, "[OPTIONS]"]
    specs = specs_of(options)
    for field in dataclasses.fields(options):
        spec = specs[field.name]
        panel = panels.setdefault(spec.panel or ("Options" if spec.flags else "Arguments"), [])
        if not spec.flags:
            words.append(f"[{spec.metavar}]{'…' if spec.many else ''}")
        head = f"{', '.join(spec.flags)} {spec.metavar}".strip()
        shown = field.default not in (None, False, (), dataclasses.MISSING)
        said = f"{spec.help} Default: {field.default}." if shown else spec.help
        panel += _entry(head, said, width)
    panels["Options"] += _entry("--help, -h", _OWN["--help, -h"], width)
    lines = [*_filled(" ".join(words), width, rest="  "), *_paragraphs(help, width)]
    for title, entries in panels.items():
        if entries:
            lines += ["", title, *entries]
    return "\n".join(lines) + "\n"


def _paragraphs(text: str, width: int) -> Iterator[str]:
    """Paragraphs, and commands on lines that can be copied."""
    from losscli.render.commands import command_lines

    commands = False
    for paragraph in text.strip().split("\n\n"):
        yield ""
        if commands:
            yield from (f"  {line}" for line in command_lines(paragraph.strip(), width - 2))
        else:
            yield from _filled(paragraph, width)
        commands = commands or paragraph == "Examples:"


def _entry(head: str, text: str, width: int) -> list[str]:
    return [*_filled(head, width, "  ", "    "), *_filled(text, width, "      ", "      ")]


def _filled(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    from losscli.render.line_breaks import filled

    return filled(text, width, first, rest)
