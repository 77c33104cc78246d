"""Start-up without garbage collection: nothing that an import makes is garbage.

Importing makes tens of thousands of objects that all stay. Python would look through them some
hundred times meanwhile, which is a seventh of the work of a small evaluation.
"""

from __future__ import annotations

import gc
import time

_STARTED = time.monotonic()


def seconds() -> float:
    """How long the program has been running."""
    return time.monotonic() - _STARTED


def begin_loading() -> None:
    """Collect no garbage until `end_loading`."""
    gc.disable()


def end_loading() -> None:
    """Collect garbage as Python does, but what is there by now no more.

    Every command calls it before it reads data. It changes nothing where collecting is on.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
