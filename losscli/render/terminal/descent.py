"""A worked step of gradient descent, as text."""

from __future__ import annotations

from typing import Any

from losscli.describing.descent import Descent
from losscli.render.terminal.loss_page import WIDEST, entry


def render_descent(descent: Descent, width: int | None) -> str:
    """The prediction, its gradient, the step and where it leads, one line each."""
    columns = min(width or WIDEST, WIDEST)
    sign = "−" if descent.sign < 0 else "+"
    kind = "" if descent.kind == "value" else f" ({descent.kind})"
    lines = {
        f"prediction{kind}": _rounded(descent.pred),
        "label": "" if descent.label is None else _rounded(descent.label),
        "loss": repr(descent.value),
        "gradient": _rounded(descent.gradient),
        "step": f"{descent.step:g}, to prediction {sign} step × gradient",
        "new prediction": _rounded(descent.new_pred),
        "new loss": repr(descent.new_value),
    }
    longest = max(map(len, lines))
    shown = [*entry("", f"{descent.title}: {descent.derivative}", columns), ""]
    for name, text in lines.items():
        if text:
            shown += entry(f"  {name:<{longest}}  ", text, columns)
    return "\n".join(shown) + "\n"


def _rounded(items: Any) -> str:
    """An array to six significant digits."""
    if isinstance(items, list):
        return f"[{', '.join(map(_rounded, items))}]"
    return f"{items:.6g}"
