"""Names of files with `*`, `?`, `[…]` and `**` in them."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator


def is_pattern(name: str) -> bool:
    """Whether a name is a pattern, and not a file or folder that is called so."""
    return glob.has_magic(name) and not os.path.lexists(name)


def matching(pattern: str) -> Iterator[str]:
    """The files and folders that match, in no order; `**` stands for folders at any depth."""
    # Path.glob takes no absolute pattern.
    return glob.iglob(pattern, recursive=True)  # noqa: PTH207
