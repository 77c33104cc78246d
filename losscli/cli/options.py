"""One declaration of a command's options, read by two parsers.

A command declares its options as a dataclass. Typer gets a function signature made from it
and does all the work: help, errors. Building Typer's machinery costs more time than a
small evaluation, so plain command lines (known options, each with its value) are first offered to
`parse_plain`, which understands exactly the same declaration or else declines.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from losscli.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Options = TypeVar("Options", bound="DataclassInstance")
T = TypeVar("T")

_KEY = "losscli"


@dataclass(frozen=True, slots=True)
class Typed:
    """What completion knows: the beginning of a word, and the files named elsewhere on the line."""

    incomplete: str
    files: tuple[str, ...] = ()


# The words that may stand where one has been begun.
Complete = Callable[[Typed], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Spec:
    """How one field of an options dataclass appears on the command line.

    Without `flags` it is positional. `many` may be given several times, `switch` takes no value.
    Where there are `choices`, only these are values.
    """

    flags: tuple[str, ...]
    help: str
    metavar: str
    panel: str | None
    many: bool
    switch: bool
    complete: Complete | None
    choices: tuple[str, ...] = ()


def shared_options(options: type[T]) -> type[T]:
    """Declare a part of the options that several commands inherit; it is never made by itself.

    Nothing is generated for it: compiling the methods of all parts takes longer than a small
    evaluation.
    """
    return dataclass(init=False, repr=False, eq=False)(options)


def command_options(options: type[T]) -> type[T]:
    """Declare the options of a command, those that it inherits among them."""
    return dataclass(repr=False)(options)


def argument(
    metavar: str,
    help: str,
    *,
    default: Any = None,
    complete: Complete | None = None,
) -> Any:
    """A positional argument; optional where it has a default."""
    spec = Spec((), help, metavar, None, many=False, switch=False, complete=complete)
    return field(default=default, metadata={_KEY: spec})


def arguments(metavar: str, help: str) -> Any:
    """Positional arguments, any number of them."""
    spec = Spec((), help, metavar, None, many=True, switch=False, complete=None)
    return field(default=(), metadata={_KEY: spec})


def option(
    *flags: str,
    help: str,
    metavar: str = "TEXT",
    default: Any = None,
    panel: str | None = None,
    many: bool = False,
    choices: Sequence[str] = (),
    complete: Complete | None = None,
) -> Any:
    """An option with a value; `choices` are all that it can be."""
    if choices:
        metavar = flags[-1].lstrip("-").upper()
        help = f"{help} One of: {', '.join(choices)}."

        def complete(typed: Typed) -> list[str]:
            return [choice for choice in choices if choice.startswith(typed.incomplete)]

    spec = Spec(flags, help, metavar, panel, many, False, complete, tuple(choices))
    return field(default=() if many else default, metadata={_KEY: spec})


def switch(*flags: str, help: str, panel: str | None = None) -> Any:
    """An option without a value: off unless given."""
    spec = Spec(flags, help, "", panel, many=False, switch=True, complete=None)
    return field(default=False, metadata={_KEY: spec})


def count(flag: str, text: str | None) -> int | None:
    """The whole number of at least 1 that an option gives.

    Raises UsageError for any other text.
    """
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise UsageError(f"{flag} {text}: not a whole number of 1 or more")
    return int(text)


# A word that is a negative number and no option.
NEGATIVE = re.compile(r"-(\d|\.\d|inf$)")


def specs_of(options: type[Any]) -> dict[str, Spec]:
    """How each field of an options dataclass appears on the command line, by its name."""
    return {item.name: item.metadata[_KEY] for item in dataclasses.fields(options)}


def parse_plain(options: type[Options], words: Sequence[str]) -> Options | None:
    """The options that `words` spell out plainly, or None where Typer should look at them."""
    specs = specs_of(options)
    by_flag = {flag: name for name, spec in specs.items() for flag in spec.flags}
    positions = [name for name, spec in specs.items() if not spec.flags]
    values: dict[str, Any] = {}
    rest = iter(words)
    for word in rest:
        if word == "-" or not word.startswith("-") or NEGATIVE.match(word):
            if not positions:
                return None
            if specs[positions[0]].many:
                values[positions[0]] = (*values.get(positions[0], ()), word)
            else:
                values[positions.pop(0)] = word
            continue
        flag, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        name = by_flag.get(flag)
        if name is None:
            return None
        spec = specs[name]
        if spec.switch:
            if equals:
                return None
            values[name] = True
            continue
        if not equals:
            value = next(rest, "--")
            if value.startswith("-") and value != "-" and not NEGATIVE.match(value):
                return None
        if spec.many:
            values[name] = (*values.get(name, ()), value)
        else:
            values[name] = value
    return options(**values)


def settled(options: Options) -> Options:
    """The options, each choice written as it is declared (`Log-Probability`: `log_probability`).

    Raises UsageError for a value that is none of the choices.
    """
    changed = {}
    for name, spec in specs_of(type(options)).items():
        value = getattr(options, name)
        if spec.choices and value is not None:
            changed[name] = _choice(spec, value)
    return dataclasses.replace(options, **changed)


def _choice(spec: Spec, value: str) -> str:
    plain = value.strip().lower().replace("-", "_")
    for choice in spec.choices:
        if choice.replace("-", "_") == plain:
            return choice
    hint = did_you_mean(plain, spec.choices)
    raise UsageError(f"{spec.flags[-1]}: there is no {value!r}", hint=hint)


def typer_function(options: type[Options], run: Callable[[Options], None]) -> Callable[..., None]:
    """A function whose signature tells Typer of these options, and which runs the command."""
    import typer

    parameters = []
    for item in dataclasses.fields(options):
        spec: Spec = item.metadata[_KEY]
        default: Any = None if item.default is MISSING else item.default
        declared: Any
        if not spec.flags:
            declared = typer.Argument(metavar=spec.metavar, help=spec.help, show_default=False)
            annotation: Any = list[str] if spec.many else str | None
            default = [] if spec.many else default
        elif spec.switch:
            declared = typer.Option(*spec.flags, help=spec.help, rich_help_panel=spec.panel)
            annotation = bool
        else:
            declared = typer.Option(
                *spec.flags,
                help=spec.help,
                metavar=spec.metavar,
                rich_help_panel=spec.panel,
                show_default=default is not None and not spec.many,
            )
            annotation = list[str] if spec.many else str | None
            default = [] if spec.many else default
        parameters.append(
            inspect.Parameter(
                item.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=default,
                annotation=typer_annotation(annotation, declared),
            )
        )

    def command(**values: Any) -> None:
        given = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
        run(options(**given))

    typed: Any = command
    typed.__doc__ = options.__doc__
    typed.__signature__ = inspect.Signature(parameters)
    return command


def typer_annotation(annotation: Any, declared: Any) -> Any:
    """`Annotated[annotation, declared]`, built at run time."""
    from typing import Annotated

    return Annotated[annotation, declared]
