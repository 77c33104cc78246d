"""A question with several answers → whole commands, made of the words that were typed."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from losscli.cli.options import Spec, specs_of
from losscli.errors import Choice, UsageError
from losscli.evaluating.options import ROWS_WHOLE


def whole_commands(error: UsageError, words: Sequence[str], verb: str, options: type[Any]) -> str:
    """What a usage error says, each of its choices as a whole command to be copied.

    `words` are what was typed behind `losscli`, `options` the declared options of the verb that
    they name. A choice that the verb has no flags for is left out.
    """
    flags = {flag: spec for spec in specs_of(options).values() for flag in spec.flags}
    commands = []
    for choice in error.choices:
        if choice.verb:
            commands += _of_another_verb(words, choice, verb)
            continue
        added = _known(choice, verb, flags)
        typed = _with(list(words), choice, added, flags) if added else None
        if typed is not None:
            command = shlex.join(["losscli", *typed])
            commands.append(f"{command}\n      {choice.means}" if choice.means else command)
    return error.as_commands(commands) if commands else str(error)


def _of_another_verb(words: Sequence[str], choice: Choice, verb: str) -> list[str]:
    """The command of `compare` in place of one of `eval`; none where it lacks what was typed."""
    from losscli.cli.compare import CompareOptions

    if verb != "eval":
        return []
    flags = {flag for spec in specs_of(CompareOptions).values() for flag in spec.flags}
    typed = list(words[1:] if words[0] == "eval" else words)
    if any(word.startswith("--") and word.partition("=")[0] not in flags for word in typed):
        return []
    if any(word[0] == "-" != word and word[:2] not in flags for word in typed if word[:2] != "--"):
        return []
    return [shlex.join(["losscli", choice.verb, *typed, *choice.words])]


def _known(choice: Choice, verb: str, flags: dict[str, Spec]) -> list[str]:
    """The words of a choice whose flags the verb has; none where it cannot take the choice."""
    if verb == "check" and "-l" in choice.words and not choice.instead_of:
        # The bounds name the losses, and another would have no bound.
        return []
    known: list[str] = []
    rest = iter(choice.words)
    for word in rest:
        if not word.startswith("-"):
            known.append(word)
            continue
        pair = [word] if "=" in word else [word, next(rest)]
        if verb in ROWS_WHOLE and pair == ["--nan", "drop-items"]:
            return []
        if word.partition("=")[0] in flags:
            known += pair
    return known


def _with(
    typed: list[str], choice: Choice, added: list[str], flags: dict[str, Spec]
) -> list[str] | None:
    """The command with the words of a choice; None where what they replace was not typed."""
    if choice.instead_of and not added[0].startswith("-"):
        return _with_arrays(typed, choice.instead_of, added, named="--label" in flags)
    if choice.instead_of:
        swapped = [_swapped(word, choice.instead_of, added[-1]) for word in typed]
        if swapped != typed:
            return swapped
    for flag in added:
        spec = flags.get(flag.partition("=")[0])
        if spec is not None and not spec.many:
            typed = _without(typed, spec)
    end = typed.index("--") if "--" in typed else len(typed)
    return [*typed[:end], *added, *typed[end:]]


def _with_arrays(
    typed: list[str], file: str, arrays: list[str], *, named: bool
) -> list[str] | None:
    """The command with arrays of a file in its place: the prediction, and perhaps the label.

    The label follows the prediction, or is `named` by a flag where a verb takes several files.
    """
    pred, *label = arrays
    if file not in typed:
        return None
    if not named:
        place = typed.index(file)
        return [*typed[:place], pred, *label, *typed[place + 1 :]]
    read = [pred if word == file else word for word in typed]
    return [*read, "--label", *label] if label else read


def _swapped(word: str, old: str, new: str) -> str:
    """A word with one of the losses that it lists, or bounds, replaced by another request."""
    flag, equals, listed = word.partition("=") if word.startswith("--") else ("", "", word)
    parts = listed.split(",")
    for place, part in enumerate(parts):
        rest = part.removeprefix(old)
        if part.startswith(old) and rest[:1] in ("", ":", "="):
            if rest.startswith(":") and ":" in new:
                rest = f",{rest[1:]}"
            return f"{flag}{equals}{','.join([*parts[:place], new + rest, *parts[place + 1 :]])}"
    return word


def _without(typed: list[str], spec: Spec) -> list[str]:
    """The words without an option that is to have another value."""
    left: list[str] = []
    rest = iter(typed)
    for word in rest:
        if word in spec.flags:
            next(rest, None)
        elif word.partition("=")[0] not in spec.flags or "=" not in word:
            left.append(word)
    return left
