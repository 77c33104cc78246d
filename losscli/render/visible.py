"""Text from files and names, made safe for a screen."""

from __future__ import annotations


def visible(text: str) -> str:
    """The text with control and bidirectional characters written out as escapes."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
