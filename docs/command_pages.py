"""The page of the command line and the man pages, made from what `--help` is made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass
from pathlib import Path
from typing import Any

from losscli.cli.app import EPILOG, HELP, help_of, option_types
from losscli.cli.options import Spec, specs_of
from losscli.version import __version__

FOLDER = Path(__file__).parent

_OPTIONS = "Options"
_HELP_OPTION = Spec(
    ("-h", "--help"), "Show the help.", "", None, many=False, switch=True, complete=None
)


@dataclass(frozen=True)
class Command:
    """What is said of one command: its words, examples, arguments, and options by panel."""

    name: str
    summary: str
    paragraphs: list[str]
    examples: list[str]
    arguments: list[Spec]
    panels: dict[str, list[tuple[Spec, Any]]]

    @property
    def usage(self) -> str:
        """How it is called."""
        places = [f"[{spec.metavar}]{' …' * spec.many}" for spec in self.arguments]
        return " ".join(["losscli", self.name, "[OPTIONS]", *places])


def commands() -> list[Command]:
    """All commands, in the order of the help."""
    return [_command(name, options) for name, options in option_types().items()]


def _command(name: str, options: Any) -> Command:
    (summary, *paragraphs), examples = _said(help_of(options))
    specs = specs_of(options)
    panels: dict[str, list[tuple[Spec, Any]]] = {_OPTIONS: []}
    for field in dataclasses.fields(options):
        spec = specs[field.name]
        if spec.flags:
            default = None if field.default in (MISSING, (), False) else field.default
            panels.setdefault(spec.panel or _OPTIONS, []).append((spec, default))
    panels[_OPTIONS].append((_HELP_OPTION, None))
    arguments = [spec for spec in specs.values() if not spec.flags]
    return Command(name, summary, paragraphs, examples, arguments, panels)


def _said(text: str) -> tuple[list[str], list[str]]:
    """The paragraphs of a help, and the commands below its word `Examples:`."""
    parts = [part.strip() for part in text.split("\n\n")]
    place = parts.index("Examples:") if "Examples:" in parts else len(parts)
    return parts[:place], parts[place + 1 :]


def pages() -> Mapping[str, str]:
    """The page of the command line, by its file name."""
    (summary, *_), examples = _said(HELP)
    lines = [
        "# The command line",
        "",
        "Made from what `losscli --help` says, by `python docs/refresh.py`. The same text is in "
        "`man losscli` and `man losscli-eval`, …, which the package installs.",
        "",
        summary,
        "",
        EPILOG,
        "",
        "| command | what it does |",
        "|---|---|",
    ]
    every = commands()
    lines += [
        f"| [`losscli {each.name}`](#{each.name}) | {_cell(each.summary)} |" for each in every
    ]
    lines += ["", "```text", *examples, "```"]
    for each in every:
        lines += ["", *_section(each)]
    return {"cli.md": "\n".join([*lines, ""])}


def _section(command: Command) -> Iterator[str]:
    yield from (f"## {command.name}", "", f"    {command.usage}", "", command.summary)
    for paragraph in command.paragraphs:
        yield from ("", paragraph)
    yield from ("", "```text", *command.examples, "```")
    if command.arguments:
        yield from ("", "| argument | |", "|---|---|")
        yield from (f"| `{spec.metavar}` | {_cell(spec.help)} |" for spec in command.arguments)
    for panel, options in command.panels.items():
        yield from ("", f"### {panel} of {command.name}", "", "| option | |", "|---|---|")
        for spec, default in options:
            flags = ", ".join(f"`{flag}`" for flag in spec.flags)
            value = f" `{_cell(spec.metavar)}`" if spec.metavar else ""
            yield f"| {flags}{value} | {_cell(_with_default(spec, default))} |"


def _with_default(spec: Spec, default: Any) -> str:
    return spec.help if default is None else f"{spec.help} Default: {default}."


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


def man_pages() -> Mapping[str, str]:
    """`losscli.1` and `losscli-COMMAND.1`, in the language of `man`, by file name."""
    every = commands()
    made = {f"losscli-{each.name}.1": _man(each) for each in every}
    return {"losscli.1": _main_man(every), **made}


def _main_man(every: list[Command]) -> str:
    (summary, *_), examples = _said(HELP)
    lines = [
        *_head("losscli", summary),
        r"\fBlosscli\fR \fICOMMAND\fR [\fIOPTIONS\fR]",
        ".br",
        r"\fBlosscli\fR \fIPRED\fR [\fILABEL\fR] [\fIOPTIONS\fR]",
        ".SH DESCRIPTION",
        _roff(summary),
        ".SH COMMANDS",
    ]
    for each in every:
        lines += [".TP", rf"\fBlosscli\-{each.name}\fR(1)", _roff(each.summary)]
    lines += [".SH EXAMPLES", *_shown(examples), ".SH EXIT STATUS", _roff(EPILOG)]
    others = ", ".join(rf"\fBlosscli\-{each.name}\fR(1)" for each in every)
    return "\n".join([*lines, ".SH SEE ALSO", others, ""])


def _man(command: Command) -> str:
    places = " ".join(
        rf"[\fI{_roff(spec.metavar)}\fR{' …' * spec.many}]" for spec in command.arguments
    )
    lines = [
        *_head(f"losscli-{command.name}", command.summary),
        rf"\fBlosscli {command.name}\fR [\fIOPTIONS\fR] {places}".rstrip(),
        ".SH DESCRIPTION",
        _roff(command.summary),
    ]
    for paragraph in command.paragraphs:
        lines += [".PP", _roff(paragraph)]
    if command.arguments:
        lines.append(".SH ARGUMENTS")
        for spec in command.arguments:
            lines += [".TP", rf"\fI{_roff(spec.metavar)}\fR", _roff(spec.help)]
    lines.append(".SH OPTIONS")
    for panel, options in command.panels.items():
        if panel != _OPTIONS:
            lines.append(f".SS {_roff(panel)}")
        for spec, default in options:
            flags = ", ".join(rf"\fB{_roff(flag)}\fR" for flag in spec.flags)
            value = rf" \fI{_roff(spec.metavar)}\fR" if spec.metavar else ""
            lines += [".TP", f"{flags}{value}", _roff(_with_default(spec, default))]
    lines += [".SH EXAMPLES", *_shown(command.examples), ".SH EXIT STATUS"]
    return "\n".join([*lines, _roff(EPILOG), ".SH SEE ALSO", r"\fBlosscli\fR(1)", ""])


def _head(name: str, summary: str) -> list[str]:
    what = summary.partition(". ")[0].rstrip(".")
    title = f'.TH {_roff(name.upper())} 1 "" "losscli {__version__}" "losscli"'
    return [title, ".SH NAME", rf"{_roff(name)} \- {_roff(what)}", ".SH SYNOPSIS"]


def _shown(examples: list[str]) -> Iterator[str]:
    for example in examples:
        yield from (".PP", ".RS 4", ".nf", _roff(example), ".fi", ".RE")


def _roff(text: str) -> str:
    """Plain text in the language of `man`, where a line may not begin with a dot or a quote."""
    plain = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{plain}" if plain[:1] in {".", "'"} else plain
