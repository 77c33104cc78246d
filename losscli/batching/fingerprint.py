"""What a pair's losses depend on, as one word that changes when any of it does."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from losscli.batching.item import Item, Losses
from losscli.evaluating.requests import Request, look_up, parse_requests
from losscli.inputs.formats import KEY_MARK
from losscli.losses.registry import REGISTRY
from losscli.machine.patterns import is_pattern, matching
from losscli.version import __version__

# What changes where and how fast the work is done changes no loss.
_OF_THE_WORK = ("threads", "engine", "scheduler", "progress", "announce")

# Larger files are known by what the file system says of them: to read them twice would take as
# long as to evaluate them.
READ_UP_TO = 4 << 20


def key_of(item: Item) -> str | None:
    """A digest of an item: the content of its files, its losses and options, and the version.

    None where the content cannot be known without fetching it (a URL), or the code of a loss is
    not part of losscli. The words of two machines agree where all files are small.
    """
    files = item.files()
    losses = _losses(item.losses)
    if losses is None or any("://" in file for file in files.values()):
        return None
    contents = {role: [file, _content(file)] for role, file in files.items()}
    given = item.options.given()
    options = {name: value for name, value in given.items() if name not in _OF_THE_WORK}
    whole = [__version__, losses, options, contents]
    text = json.dumps(whole, sort_keys=True, default=_plain)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


# Most pairs of a batch have the same losses.
@lru_cache(maxsize=64)
def _losses(asked: Losses) -> list[list[Any]] | None:
    """Name and parameters of each loss; None where a loss may come from outside losscli."""
    requests = () if asked is None else parse_requests(asked)
    if _own_losses(requests):
        return None
    return [[request.name, dict(request.params)] for request in requests]


def _own_losses(requests: tuple[Request, ...]) -> bool:
    """Whether a loss may come from outside losscli."""
    known = set(map(id, REGISTRY))
    return any(id(found.loss) not in known for found in look_up(requests))


def _content(name: str) -> list[str]:
    """The content of each file that a name matches, or why it cannot be read."""
    try:
        return [_content_of(file) for file in _files(name)]
    except (OSError, ValueError) as error:
        # A name that is too long, or a folder that may not be looked into.
        return [f"unreadable: {getattr(error, 'errno', None) or error}"]


def _files(name: str) -> Iterable[str]:
    path = Path(name)
    if KEY_MARK in name and not path.exists():
        return [name.rpartition(KEY_MARK)[0]]
    if path.is_dir():
        return sorted(str(each) for each in path.iterdir())
    if is_pattern(name):
        return sorted(matching(name))
    return [name]


def _content_of(file: str) -> str:
    try:
        with open(file, "rb", buffering=0, opener=_at_once) as stream:
            found = os.fstat(stream.fileno())
            if stat.S_ISREG(found.st_mode) and found.st_size <= READ_UP_TO:
                return hashlib.blake2b(stream.read(), digest_size=16).hexdigest()
    except OSError as error:
        return f"unreadable: {error.errno}"
    except ValueError as error:
        return f"unreadable: {error}"
    # No program can set the time of a file's last change (ctime) back.
    return ":".join(
        map(str, (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))
    )


def _at_once(path: str, flags: int) -> int:
    """A pipe without a writer must not hold up the batch."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _plain(value: Any) -> Any:
    if isinstance(value, Struct):
        return asdict(value)
    return str(value)
