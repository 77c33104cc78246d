"""URLs, fetched through fsspec: http, s3, gs, memory and what else it knows."""

from __future__ import annotations

import re
import shutil
from typing import Any, BinaryIO

from losscli.errors import DataError, UsageError
from losscli.inputs.compressed import first_line

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(::[A-Za-z][A-Za-z0-9+.-]+)*://")


def is_url(given: str) -> bool:
    """Whether a name is a URL rather than a path."""
    return _URL.match(given) is not None


def files_at(url: str) -> list[str] | None:
    """The URLs of the files in a folder or of a pattern; None where a URL names one file.

    A web server has no folders: to ask it for one would be to read the whole answer. Raises
    DataError where a store cannot be looked at.
    """
    if _is_http(url):
        return None
    try:
        store, path = _store(url)
        if re.search(r"[*\[]", path):
            found = store.glob(path)
        elif store.isdir(path):
            found = [entry["name"] for entry in store.ls(path, detail=True)]
        else:
            return None
        return [store.unstrip_protocol(name) for name in found if not store.isdir(name)]
    except (UsageError, DataError):
        raise
    except Exception as error:
        raise _unreachable(url, error) from None


def fetch(url: str, target: BinaryIO) -> None:
    """Copy what a URL names. Raises DataError where it cannot be fetched as a whole."""
    try:
        store, path = _store(url)
        # As a stream: a server's word on the length of a file may not be what it then sends.
        how = {"block_size": 0} if _is_http(url) else {}
        with store.open(path, "rb", **how) as source:
            shutil.copyfileobj(source, target)
    except (UsageError, DataError):
        raise
    except Exception as error:
        raise _unreachable(url, error) from None


def _is_http(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def _store(url: str) -> tuple[Any, str]:
    try:
        from fsspec import filesystem
        from fsspec.core import url_to_fs
    except ImportError:
        raise UsageError(
            f"{url} is a URL, which is read by fsspec",
            hint="Install it: pip install 'losscli[remote]'.",
        ) from None
    try:
        if _is_http(url):
            # fsspec would take the `::` of an IPv6 address for a chain of stores.
            return filesystem("http"), url
        return url_to_fs(url)
    except ImportError as error:
        raise UsageError(f"{url}: {first_line(error)}") from None
    except ValueError as error:
        raise UsageError(f"{url}: {first_line(error)}") from None


def _unreachable(url: str, error: Exception) -> DataError:
    """The error of a store, each of which raises its own."""
    if isinstance(error, FileNotFoundError):
        # The store of HTTP raises this for whatever went wrong, which is then its cause.
        cause = error.__cause__
        status = getattr(cause, "status", None)
        if cause is None or status in (404, 410):
            return DataError("there is no such file", file=url)
        said = f"HTTP status {status}" if status else first_line(cause) or type(cause).__name__
        return DataError(f"cannot be fetched ({said})", file=url)
    return DataError(f"cannot be fetched ({first_line(error)})", file=url)
