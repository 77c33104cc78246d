"""A file → its reader: the content says what it is; the ending, where the content cannot."""

from __future__ import annotations

import json
import re
from functools import partial

from losscli.errors import DataError, NoRows, UsageError
from losscli.inputs.compressed import beginning, codec_of, decompressing
from losscli.inputs.file import File
from losscli.inputs.foreign import refuse_foreign
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

# First bytes by which other formats are told.
_STARTS = 1 << 9


def open_file(file: File, key: str | None = None, decimal: str | None = None) -> Source:
    """The reader of a file; `key` names one of its arrays, `decimal` is the mark of decimals.

    Raises DataError for an empty file and for a format that is not read.
    """
    with file.opened() as handle:
        start = handle.read(_STARTS)
        codec = codec_of(start)
        if codec is not None:
            handle.seek(0)
            start = beginning(handle, codec, _STARTS, file.name)
    if not start:
        raise NoRows("is empty", file=file.name)
    tensors = codec is None and is_safetensors(start, file.size)
    if codec is None and start.startswith(LLAMA_CPP):
        return open_llama_cpp(file, key)
    if key is not None and not start.startswith(_ZIP) and not tensors:
        raise UsageError(f"{file.name} is no NPZ archive and has no array {key!r}")
    if tensors:
        return open_safetensors(file, key)
    refuse_foreign(start, file.name)
    if start.startswith(NPY):
        if codec is None:
            return NpySource(file, begins=start)
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
            inner, copy = table
            try:
                source = open_file(inner, decimal=decimal)
            except BaseException:
                copy.remove()
                raise
            copy.lasts_with(source)
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

    if text.startswith(b"[") and _is_label_scores(file, codec):
        from losscli.inputs.label_scores import LabelScoresSource

        return LabelScoresSource(file, codec)
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


def _is_label_scores(file: File, codec: str | None) -> bool:
    """Whether the first of several lines is a whole list of classes with their scores."""
    from losscli.inputs.label_scores import holds_label_scores

    with file.opened() as handle:
        start = beginning(handle, codec, _LOOKED, file.name)
    first, end, _ = start.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    try:
        return bool(end) and holds_label_scores(json.loads(first))
    except (ValueError, RecursionError):
        return False


def _stem(name: str) -> str:
    """A name without the ending of a compression."""
    return re.sub(r"\.(gz|bz2|zst)$", "", name)
