"""Compressed text in several members: all of them are read to the last byte, or none."""

from __future__ import annotations

import bz2
import gzip
import io
import struct
import zipfile
from collections.abc import Callable, Iterator

import pyarrow as pa

from tests.faults.case import Case, gives, refused

HEAD, SOME, OTHERS = b"pred,label\n", b"0.75,1\n" * 3000, b"0.5,1\n" * 3000
MAE = 0.375
SKIPPABLE = struct.pack("<II", 0x184D2A50, 4) + b"size"


def zstd(data: bytes) -> bytes:
    packed: bytes = pa.Codec("zstd").compress(data, asbytes=True)
    return packed


_CODECS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "zstd": zstd,
}


def _cases() -> Iterator[Case]:
    for name, pack in _CODECS.items():
        words = ("t.csv", "-l", "mae")
        first, second = pack(HEAD + SOME), pack(OTHERS)
        yield gives(f"{name} of two members", MAE, {"t.csv": first + second}, *words)
        empty = first + pack(b"") + second + pack(b"")
        yield gives(f"{name} with members of nothing", MAE, {"t.csv": empty}, *words)
        damaged = bytearray(second)
        damaged[0] ^= 1
        bad = {
            "whose second header is damaged": first + bytes(damaged),
            "with other bytes after it": first + b"and so on",
            "with one byte after it": first + b"\x01",
            "whose second member is cut": first + second[:-3],
            "whose second member is hardly there": first + second[:3],
            "that is cut": first[: len(first) // 2],
        }
        for kind, data in bad.items():
            yield refused(f"{name} {kind}", {"t.csv": data}, words, "t.csv")
        # As pzstd writes: what is to be skipped, before each frame.
    for kind, data in {
        "first": SKIPPABLE + zstd(HEAD + SOME) + zstd(OTHERS),
        "before each frame": SKIPPABLE + zstd(HEAD + SOME) + SKIPPABLE + zstd(OTHERS),
        "last": zstd(HEAD + SOME) + zstd(OTHERS) + SKIPPABLE,
    }.items():
        yield gives(f"zstd with a frame to be skipped {kind}", MAE, {"t.csv": data}, *words)
    cut = zstd(HEAD + SOME) + SKIPPABLE[:-2]
    yield refused("zstd with a cut frame to be skipped", {"t.csv": cut}, words, "t.csv")
    for kind, data in {
        "with other bytes after it": zipped(HEAD + SOME) + b"and so on",
        "with one byte after it": zipped(HEAD + SOME) + b"\0",
        "that is cut": zipped(HEAD + SOME)[:-5],
    }.items():
        yield refused(f"zip {kind}", {"t.zip": data}, ("t.zip", "-l", "mae"), "t.zip")
    commented = zipped(HEAD + SOME + OTHERS, b"and so on")
    yield gives("zip with a comment", MAE, {"t.zip": commented}, "t.zip", "-l", "mae")


def zipped(data: bytes, comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.csv", data)
        archive.comment = comment
    return buffer.getvalue()


CASES = list(_cases())
