"""A word, after the tests, on the cases that nothing could be said about."""

from __future__ import annotations

from collections import Counter

import pytest

from losscli.conventions.table import CONVENTIONS
from tests.parity.golden_cases import cases


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts = Counter(
        "loss not there yet"
        if not case.is_there()
        else "convention not there yet"
        if case.framework not in CONVENTIONS
        else "compared"
        for case in cases()
    )
    listed = ", ".join(f"{count} {state}" for state, count in counts.items())
    terminalreporter.write_line(f"golden cases: {listed}")
