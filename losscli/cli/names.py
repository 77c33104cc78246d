"""The names that completion offers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from losscli.cli.options import Typed

# What means something to a shell inside quotes, too: a name with it is not offered, so that no
# file can put a command on the line.
_UNSAFE = re.compile(r"[\"'\\$`!]")

# Formats that are held as a whole before their columns are known, and up to which size.
_HELD = {".json", ".zip", ".npz"}
_LARGEST = 1 << 22


def loss_names(typed: Typed) -> list[str]:
    """The ids and aliases that go on as the last of a list of losses does."""
    from losscli.losses.registry import REGISTRY

    names = dict.fromkeys(name for loss in REGISTRY for name in (loss.id, *loss.aliases))
    before, comma, last = typed.incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in names if name.startswith(last)]


def convention_names(typed: Typed) -> list[str]:
    """The conventions that begin so."""
    from losscli.conventions.table import CONVENTIONS

    return [name for name in CONVENTIONS if name.startswith(typed.incomplete)]


def column_names(typed: Typed) -> list[str]:
    """The columns of the files typed that begin so, by reading no more than their beginnings."""
    names = dict.fromkeys(name for file in typed.files for name in _columns_of(file))
    return [
        name
        for name in names
        if name.startswith(typed.incomplete) and name.isprintable() and not _UNSAFE.search(name)
    ]


def _columns_of(name: str) -> tuple[str, ...]:
    """The columns of a local table; of a folder or a pattern, those of one of its files."""
    from losscli.errors import LosscliError
    from losscli.inputs.opening import Opener

    path = _one_file(os.path.expandvars(Path(name).expanduser()))
    if path is None or (_HELD.intersection(path.suffixes) and path.stat().st_size > _LARGEST):
        return ()
    try:
        return Opener().open(path, "").columns or ()
    except LosscliError:
        return ()


def _one_file(name: str) -> Path | None:
    from losscli.machine.patterns import is_pattern, matching

    path = Path(name)
    found: Iterator[Path] = iter([path])
    if path.is_dir():
        found = (each for each in path.iterdir() if not each.name.startswith((".", "_")))
    elif is_pattern(name):
        found = map(Path, matching(name))
    return next((each for each in found if each.is_file()), None)
