"""What a user names → a source: a file, part files, a stream, a URL, an array in memory."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import Struct, field

from losscli.errors import DataError, NoRows, UsageError
from losscli.inputs.array import ArraySource, row_labels
from losscli.inputs.compressed import MAGIC_BYTES
from losscli.inputs.file import File
from losscli.inputs.formats import KEY_MARK, open_file
from losscli.inputs.llama_cpp import MAGIC as LLAMA_CPP
from losscli.inputs.llama_cpp import MEMBERS
from losscli.inputs.safetensors import is_safetensors, tensors_in
from losscli.inputs.source import Selection, Source
from losscli.machine.copies import copied
from losscli.machine.endless import check_ends
from losscli.machine.patterns import is_pattern, matching

STDIN = "-"


# Files of a folder among which a misspelt one is looked for.
_LOOKED_AT = 10_000
# Rows that are counted at once.
_COUNTED = 1 << 16


class Seen(Struct, frozen=True):
    """What is known of files by their names: size and time of each, rows of text that was read."""

    stamps: dict[str, tuple[int, int]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


def is_stream(given: Any) -> bool:
    """Whether what a user names can be read only once: `-`, or a pipe by its path."""
    if not isinstance(given, (str, os.PathLike)):
        return False
    if given == STDIN:
        return True
    try:
        mode = Path(given).stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


class Opener:
    """Opens the inputs of one command, a stream at most once.

    Streams and URLs are copied to files that last as long as the opener. `before` is what another
    opener saw of the same files: a file that is no longer what it was then is refused. `decimal` is
    the mark of decimals in text, where it was said.
    """

    def __init__(self, before: Seen | None = None, decimal: str | None = None) -> None:
        self._decimal = decimal
        self._streams: set[str] = set()
        self._again = before is not None
        self.seen = before or Seen()
        # Part files whose rows are not known before they are read.
        self.uncounted: list[str] = []

    @property
    def streams(self) -> bool:
        """Whether something was opened that cannot be opened again."""
        return bool(self._streams)

    def open(self, given: Any, role: str) -> Source:
        """The source that `given` names: a path, a pattern, a URL, `-`, an array or a data frame.

        A path may end in `::key`, which names an array of an NPZ archive or of safetensors. A
        folder, or a pattern such as `part-*.csv`, is its files in natural order, as one.

        Raises DataError for what is missing, empty or of no known format.
        """
        if not isinstance(given, (str, os.PathLike)):
            return _in_memory(given, role)
        name = "<stdin>" if given == STDIN else os.fspath(given)
        if not name:
            # As of a shell's variable that is not set: pathlib would read the working folder.
            raise UsageError(f"the name of the {role or 'file'} is empty")
        try:
            if given == STDIN:
                if sys.stdin is None:
                    raise UsageError("standard input is closed", hint="Give a file.")
                return self._stream(sys.stdin.buffer, name)
            return self._remote(name) if "://" in name else self._local(name)
        except (OSError, ValueError) as error:
            raise _unreadable(name, error) from None

    def members(self, given: Any) -> tuple[str, ...]:
        """The arrays of a local archive or file of tensors that holds several, none being named."""
        if not isinstance(given, (str, os.PathLike)) or given == STDIN:
            return ()
        name = os.fspath(given)
        try:
            path = Path(name)
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):
                return ()
            with path.open("rb", buffering=0) as start:
                begins = start.read(MAGIC_BYTES)
            size = found.st_size
        except (OSError, ValueError):
            return ()
        if begins.startswith(LLAMA_CPP):
            return MEMBERS
        if is_safetensors(begins, size):
            tensors = tensors_in(self._file(name))
            return tensors if len(tensors) > 1 else ()
        if not begins.startswith(b"PK\x03\x04"):
            return ()
        from losscli.inputs.npz import arrays_in

        arrays = arrays_in(self._file(name))
        # Two arrays of one name are refused where the archive is read.
        return arrays if 1 < len(arrays) == len(set(arrays)) else ()

    def _local(self, name: str) -> Source:
        path, _, key = name.rpartition(KEY_MARK)
        if path and not Path(name).exists():
            return open_file(self._file(path), key, self._decimal)
        if is_pattern(name):
            return self._parts(name, [each for each in matching(name) if not Path(each).is_dir()])
        mode = Path(name).stat().st_mode
        if stat.S_ISDIR(mode):
            return self._parts(name, _files_in(Path(name)))
        if stat.S_ISREG(mode):
            return open_file(self._file(name), None, self._decimal)
        return self._stream(Path(name), name)

    def _remote(self, name: str) -> Source:
        from losscli.inputs.remote import fetch, files_at, is_url

        if not is_url(name):
            return self._local(name)
        url, _, key = name.rpartition(KEY_MARK)
        # What stands between the brackets of an IPv6 address is no key.
        if not url or "/" in key:
            url, key = name, ""
        found = files_at(url)
        if found is not None:
            return self._parts(url, found)
        path = self._kept(lambda copy: fetch(url, copy))
        return open_file(File.at(path, url), key or None, self._decimal)

    def _parts(self, name: str, files: list[str]) -> Source:
        from losscli.inputs.parts import PartsSource, in_natural_order

        if not files:
            raise DataError("there is no such file", file=name)
        ordered = in_natural_order(files)
        opened = {file: self._part(file) for file in ordered}
        ordered = [file for file in ordered if opened[file] is not None]
        parts = [part for part in opened.values() if part is not None]
        if not parts:
            raise NoRows("has no rows in any of its files", file=name)
        counts = [
            self.seen.rows.get(file) if part.rows is None else part.rows
            for file, part in zip(ordered, parts, strict=True)
        ]
        self.uncounted += [
            file for file, count in zip(ordered, counts, strict=True) if count is None
        ]
        return PartsSource(name, parts, counts)

    def _part(self, name: str) -> Source | None:
        """One part file; None where it holds no rows, as some tools leave them."""
        try:
            part = self.open(name, "")
        except NoRows:
            return None
        return None if part.columns is not None and part.rows == 0 else part

    def _file(self, name: str) -> File:
        file = File.at(Path(name), name)
        if not self._again:
            self.seen.stamps[name] = file.stamp
        elif self.seen.stamps.get(name) != file.stamp:
            raise DataError(
                "is not the file that it was when the work began",
                file=name,
                hint="Run it again; a copy on another machine must keep the time (cp -p).",
            )
        return file

    def _stream(self, stream: Path | BinaryIO, name: str) -> Source:
        """What a stream holds, from a file that can be read more than once."""
        if name in self._streams:
            called = name if isinstance(stream, Path) else "standard input"
            raise UsageError(f"{called} can be read only once")
        self._streams.add(name)

        import shutil

        def copy_to(copy: BinaryIO) -> None:
            if not isinstance(stream, Path):
                check_ends(stream, name)
                shutil.copyfileobj(stream, copy)
                return
            with stream.open("rb") as source:
                check_ends(source, name)
                shutil.copyfileobj(source, copy)

        return open_file(File.at(self._kept(copy_to), name), None, self._decimal)

    def _kept(self, write: Callable[[BinaryIO], None]) -> Path:
        copy = copied(write)
        copy.lasts_with(self)
        return copy.path


def rows_in(name: str) -> int | None:
    """The rows of a file, counted by reading it; None where a row cannot be read."""
    source = Opener().open(name, "")
    roles = {"first": Selection((0,), text=True)} if source.columns else {"first": Selection()}
    try:
        return sum(len(batch["first"]) for batch in source.batches(roles, _COUNTED))
    except DataError:
        return None


def _in_memory(given: Any, role: str) -> Source:
    """An array, or a data frame whose columns have names."""
    if hasattr(given, "columns"):
        from losscli.inputs.frame import FrameSource, table_of

        table = table_of(given, role)
        if table is not None:
            return FrameSource(table, role, row_labels(given))
    return ArraySource(given, role)


def _files_in(folder: Path) -> list[str]:
    """The files of a folder; those that tools leave beside the data begin with `.` or `_`."""
    found = [each for each in folder.iterdir() if not each.name.startswith((".", "_"))]
    for each in found:
        if each.is_dir():
            raise DataError(
                f"holds the folder {each.name}: part files stand in one folder",
                file=str(folder),
                hint=f"Give a pattern: '{folder}/*/*'.",
            )
    if not found:
        raise DataError("is an empty folder", file=str(folder))
    return [str(each) for each in found]


def _near(name: str) -> str:
    """A file beside that name which may be meant."""
    from difflib import get_close_matches

    wanted = Path(name)
    folder = wanted.parent
    if not folder.is_dir():
        return f"There is no folder {folder} either."
    with os.scandir(folder) as entries:
        known = [entry.name for entry in islice(entries, _LOOKED_AT) if entry.name[:1] != "."]
    same_stem = [each for each in known if Path(each).stem == wanted.stem]
    close = same_stem[:1] or get_close_matches(wanted.name, known, n=1, cutoff=0.7)
    return f"Did you mean {folder / close[0]}?" if close else ""


def _unreadable(name: str, error: Exception) -> DataError:
    if isinstance(error, FileNotFoundError) and error.filename is not None:
        missing = str(error.filename)
        if missing in (str(Path(name)), str(Path(name.rpartition(KEY_MARK)[0]))):
            return DataError("there is no such file", file=name, hint=_near(missing))
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return DataError(f"cannot be read ({reason.lower()})", file=name)
