"""A file → its reader: the content says what it is; the ending, where the content cannot."""

from __future__ import annotations

import re
import weakref
from functools import partial

from losscli.errors import DataError, NoRows, UsageError
from losscli.inputs.compressed import MAGIC_BYTES, beginning, codec_of, decompressing
from losscli.inputs.file import File
from losscli.inputs.llama_cpp import MAGIC as LLAMA_CPP
from losscli.inputs.llama_cpp import open_llama_cpp
from losscli.inputs.npy import MAGIC as NPY
from losscli.inputs.npy import NpySource, streamed_array
from losscli.inputs.safetensors import is_safetensors, open_safetensors
from losscli.inputs.source import Source

# Bytes in which the first lines of JSON are looked for.
_LOOKED = 1 << 16

# What stands between an NPZ archive and the key of one of its arrays.
KEY_MARK = "::"

_ZIP = b"PK\x03\x04"
_PARQUET, _ARROW_FILE, _ARROW_STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"

# How formats begin that are recognised and refused, with what to do about it.
_REFUSED = {
    b"\xd0\xcf\x11\xe0": ("is an Excel workbook, which is not read", "Save the sheet as CSV."),
    b"\x89HDF": ("is an HDF5 file, which is not read", "Export it to Parquet, CSV or NPY."),
    b"PARE": ("is an encrypted Parquet file, which is not read", "Save it without encryption."),
    b"FEA1": ("is a Feather file of version 1, which is not read", "Save it as version 2."),
    b"\xfd7zXZ": ("is compressed by xz, which is not read", "Use zstd or gzip."),
    b"\x04\x22\x4d\x18": ("is compressed by lz4, which is not read", "Use zstd or gzip."),
    **{
        bytes((0x80, protocol)): (
            "is a pickle, which could run code and is never loaded",
            "Save plain numbers: np.save(file, array).",
        )
        for protocol in range(2, 6)
    },
}


def open_file(file: File, key: str | None = None, decimal: str | None = None) -> Source:
    """The reader of a file; `key` names one of its arrays, `decimal` is the mark of decimals.

    Raises DataError for an empty file and for a format that is not read.
    """
    with file.opened() as handle:
        start = handle.read(MAGIC_BYTES)
        codec = codec_of(start)
        if codec is not None:
            handle.seek(0)
            start = beginning(handle, codec, MAGIC_BYTES, file.name)
    if not start:
        raise NoRows("is empty", file=file.name)
    tensors = codec is None and is_safetensors(start, file.size)
    if codec is None and start.startswith(LLAMA_CPP):
        return open_llama_cpp(file, key)
    if key is not None and not start.startswith(_ZIP) and not tensors:
        raise UsageError(f"{file.name} is no NPZ archive and has no array {key!r}")
    if tensors:
        return open_safetensors(file, key)
    for magic, (problem, hint) in _REFUSED.items():
        if start.startswith(magic):
            raise DataError(problem, file=file.name, hint=hint)
    if start.startswith(NPY):
        if codec is None:
            return NpySource(file)
        return streamed_array(file, file.name, partial(decompressing, file, codec))
    if start.startswith((_ZIP, _PARQUET, _ARROW_FILE, _ARROW_STREAM)):
        if codec is not None:
            raise DataError(
                f"is compressed by {codec} around a format that compresses by itself",
                file=file.name,
                hint="Decompress it first.",
            )
        return _container(file, key, start, decimal)
    if _stem(file.name).endswith(".npy"):
        raise DataError("is no NPY file: it does not begin as one", file=file.name)
    return _text(file, codec, start, decimal)


def _container(file: File, key: str | None, start: bytes, decimal: str | None) -> Source:
    if start.startswith(_ZIP):
        from losscli.inputs.npz import only_table, open_npz

        if key is None and (table := only_table(file)) is not None:
            copy, path = table
            source = open_file(copy, decimal=decimal)
            weakref.finalize(source, path.unlink, missing_ok=True)
            return source
        return open_npz(file, key)
    if start.startswith(_PARQUET):
        from losscli.inputs.language_models import parquet_table

        return parquet_table(file)
    from losscli.inputs.ipc import IpcSource

    return IpcSource(file, stream=start.startswith(_ARROW_STREAM))


def _text(file: File, codec: str | None, start: bytes, decimal: str | None) -> Source:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"{", b"[")):
        source = _json(file, codec, text)
        if source is not None:
            return source
    from losscli.inputs.delimited import DelimitedSource

    return DelimitedSource(file, codec, decimal)


def _json(file: File, codec: str | None, text: bytes) -> Source | None:
    """A document or lines of JSON; None for a text that only begins like an array."""
    from losscli.inputs.language_models import json_lines_table

    if text.startswith(b"{") and _is_line(file, codec):
        return json_lines_table(file, codec)
    from losscli.inputs.json_document import open_document

    found = open_document(file, codec)
    if found is not None or text.startswith(b"["):
        return found
    return json_lines_table(file, codec)


def _is_line(file: File, codec: str | None) -> bool:
    """Whether an object ends with its first line and another begins on the next."""
    with file.opened() as handle:
        start = beginning(handle, codec, _LOOKED, file.name)
    first, end, rest = start.partition(b"\n")
    return bool(end) and first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")


def _stem(name: str) -> str:
    """A name without the ending of a compression."""
    return re.sub(r"\.(gz|bz2|zst)$", "", name)
