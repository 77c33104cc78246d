"""NPZ archives: one array of them, read where it lies and never unpickled."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import FileIO
from shlex import quote
from typing import BinaryIO, cast

from losscli.errors import Choice, DataError, UsageError
from losscli.inputs.compressed import first_line
from losscli.inputs.file import File
from losscli.inputs.foreign import refuse_archive
from losscli.inputs.npy import NpySource, streamed_array
from losscli.machine.copies import Copy, copied

_DAMAGE = (zipfile.BadZipFile, NotImplementedError, RuntimeError)
# The record at the end of an archive: how it begins, its length, and that of the longest comment.
_END_MARK, _END_LENGTH, _LONGEST_COMMENT = b"PK\x05\x06", 22, 0xFFFF
_LONGEST_END = _END_LENGTH + _LONGEST_COMMENT


def open_npz(file: File, key: str | None) -> NpySource:
    """The array of that key, or the only one of the archive.

    Raises UsageError where it is not clear which array is meant, DataError where the archive is
    damaged or holds other things.
    """
    with _archive(file) as archive:
        listed = archive.infolist()
    members = {member.filename: member for member in listed}
    if len(members) < len(listed):
        names = [member.filename for member in listed]
        twice = next(name for name in names if names.count(name) > 1)
        raise DataError(f"holds two members called {twice!r}: which one is meant?", file=file.name)
    arrays = {name.removesuffix(".npy"): name for name in members if name.endswith(".npy")}
    if not arrays:
        refuse_archive(members, file.name)
        raise DataError(
            "is a ZIP archive that holds no array and not one table alone",
            file=file.name,
            hint=f"Unpack it: unzip {quote(file.name)}",
        )
    if key is None and len(arrays) > 1:
        raise UsageError(
            f"{file.name} holds {len(arrays)} arrays: which one?",
            choices=[Choice((f"{file.name}::{name}",), instead_of=file.name) for name in arrays],
        )
    chosen = next(iter(arrays)) if key is None else key.removesuffix(".npy")
    if chosen not in arrays:
        raise UsageError(
            f"{file.name} has no array {chosen!r}", hint=f"It has: {', '.join(arrays)}."
        )
    member = members[arrays[chosen]]

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with _archive(file) as archive, archive.open(member) as stream:
            yield cast(BinaryIO, stream)

    name = file.name if key is None else f"{file.name}::{chosen}"
    return streamed_array(file, name, opened, held=member.file_size)


def only_table(file: File) -> tuple[File, Copy] | None:
    """The one file of an archive that holds no array, copied out, with the copy.

    None where it holds arrays, several files, or a workbook.
    """
    import shutil

    with _archive(file) as archive:
        members = [
            member
            for member in archive.infolist()
            if not member.is_dir() and not member.filename.startswith(("__MACOSX/", ".", "["))
        ]
        refuse_archive(archive.namelist(), file.name)
        if len(members) != 1 or members[0].filename.endswith((".npy", ".xml")):
            return None
        with archive.open(members[0]) as stream:
            copy = copied(partial(shutil.copyfileobj, stream))
    return File.at(copy.path, file.name), copy


def arrays_in(file: File) -> tuple[str, ...]:
    """The keys of an archive's arrays."""
    with _archive(file) as archive:
        names = [member.filename for member in archive.infolist()]
    return tuple(name.removesuffix(".npy") for name in names if name.endswith(".npy"))


def _check_end(handle: FileIO, archive: zipfile.ZipFile) -> None:
    """Raise BadZipFile where bytes follow the archive's end, which Python's reader overlooks."""
    end = handle.seek(0, os.SEEK_END)
    handle.seek(max(0, end - _LONGEST_END))
    last = handle.readall()
    place = last.rfind(_END_MARK)
    if len(last) - place != _END_LENGTH + len(archive.comment):
        raise zipfile.BadZipFile("bytes follow its end")


@contextmanager
def _archive(file: File) -> Iterator[zipfile.ZipFile]:
    with file.opened() as handle:
        try:
            with zipfile.ZipFile(handle) as archive:
                _check_end(handle, archive)
                yield archive
        except _DAMAGE as error:
            raise DataError(
                f"is a damaged NPZ archive ({first_line(error)})", file=file.name
            ) from None
