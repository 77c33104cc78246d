"""Memory that is freed after a block and taken again for the next."""

from __future__ import annotations

import ctypes
from functools import cache

# glibc's names of what it can be told, from malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3

# Arrays smaller than the first come from memory that was freed before; so much of it is kept.
_LARGE, _KEPT = 32 << 20, 64 << 20


@cache
def keep_freed() -> None:
    """Have glibc keep the memory of a block's arrays for those of the next.

    By default it gives them back to the system, which has to clear every page anew: more than half
    of the time of a cheap loss. Other C libraries are left alone.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGE)
        mallopt(_TRIM_THRESHOLD, _KEPT)
