"""Numbers as a person reads them: seven digits in a table; all of them are in JSON and -q."""

from __future__ import annotations

import math

from losscli.report import Result


def number(value: float | None, digits: int = 7) -> str:
    """A number to so many significant digits; `—` where there is none."""
    if value is None:
        return "—"
    if not math.isfinite(value):
        return str(value).replace("inf", "∞")
    return f"{value:.{digits}g}"


def share(value: float | None) -> str:
    """A share in percent; `—` where there is none."""
    if value is None or not math.isfinite(value):
        return "—"
    return f"{100.0 * value:.1f} %"


def interval(result: Result) -> str:
    """The 95 % interval of a result."""
    if result.interval is None:
        return "—"
    low, high = result.interval
    return f"{number(low, 4)} … {number(high, 4)}"


def left_out(result: Result) -> str:
    """What was moved or left out on the way to the value; empty where nothing was."""
    counts = {
        "clipped": result.clipped,
        "dropped": result.dropped,
        "ignored": result.ignored,
    }
    return ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
