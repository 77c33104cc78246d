"""What the TAB key offers: commands, options, and the values of options."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from losscli.cli.options import NEGATIVE, Spec, Typed, specs_of

# Options whose file may hold columns, beside the files that stand without an option.
_TABLES = {"--label", "--baseline-pred"}


# Options of the program itself; it has --help as all commands have it.
_FLAGS = ("--version", "--install-completion", "--show-completion")


@dataclass(frozen=True, slots=True)
class Offer:
    """A word that may stand where the cursor is; `help` says what it does."""

    word: str
    help: str = ""


def offered(
    words: Sequence[str],
    incomplete: str,
    commands: Sequence[str],
    options_of: Callable[[str], Any],
) -> Iterator[Offer]:
    """The words that go on from `incomplete`, after these."""
    if not words and not incomplete.startswith("-"):
        yield from (
            Offer(name, _first_sentence(options_of(name).__doc__))
            for name in commands
            if name.startswith(incomplete)
        )
        return
    if not words:
        yield from (Offer(flag) for flag in _FLAGS if flag.startswith(incomplete))
    command, rest = (words[0], words[1:]) if words and words[0] in commands else ("eval", words)
    yield from _of_command(specs_of(options_of(command)), rest, incomplete)


def _of_command(
    specs: Mapping[str, Spec], words: Sequence[str], incomplete: str
) -> Iterator[Offer]:
    by_flag = {flag: spec for spec in specs.values() for flag in spec.flags}
    places: list[str] = []
    files: list[str] = []
    given: set[str] = set()
    waiting: Spec | None = None
    ended = False
    for word in words:
        if waiting is not None:
            value, spec, waiting = word, waiting, None
        elif ended or not _is_option(word):
            places.append(word)
            continue
        elif word == "--":
            ended = True
            continue
        else:
            flag, value = _parted(word)
            if flag not in by_flag:
                continue
            spec = by_flag[flag]
            given.update(spec.flags)
            if not value:
                waiting = None if spec.switch else spec
                continue
        if _TABLES.intersection(spec.flags):
            files.append(value)
    typed = Typed(incomplete, (*places, *files))
    if waiting is not None:
        yield from _values(waiting, typed)
    elif not ended and incomplete.startswith("--") and "=" in incomplete:
        flag, value = _parted(incomplete)
        if flag in by_flag:
            found = _values(by_flag[flag], Typed(value, typed.files))
            yield from (Offer(f"{flag}={offer.word}", offer.help) for offer in found)
    elif not ended and incomplete.startswith("-"):
        free = {flag: spec for flag, spec in by_flag.items() if spec.many or flag not in given}
        yield from (Offer(f, spec.help) for f, spec in free.items() if f.startswith(incomplete))
        yield from (Offer(f) for f in ("--help",) if f.startswith(incomplete))
    else:
        positions = [spec for spec in specs.values() if not spec.flags]
        if positions:
            yield from _values(positions[min(len(places), len(positions) - 1)], typed)


def _values(spec: Spec, typed: Typed) -> Iterator[Offer]:
    if spec.complete is not None:
        yield from (Offer(word) for word in dict.fromkeys(spec.complete(typed)))


def _is_option(word: str) -> bool:
    return len(word) > 1 and word.startswith("-") and not NEGATIVE.match(word)


def _parted(word: str) -> tuple[str, str]:
    """An option and the value that is written with it: `--like=keras`, `-lbce`."""
    if word.startswith("--"):
        flag, _, value = word.partition("=")
        return flag, value
    return word[:2], word[2:]


def _first_sentence(text: str | None) -> str:
    return " ".join((text or "").partition("\n\n")[0].split())
