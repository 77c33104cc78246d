"""The interval of a frequency."""

from __future__ import annotations

import pytest

from losscli.charts.reliability import wilson


@pytest.mark.parametrize(
    ("hits", "rows", "wanted"),
    [
        # Newcombe 1998, Statistics in Medicine 17, table I, method 3.
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_it_is_wilsons(hits: int, rows: int, wanted: tuple[float, float]) -> None:
    assert wilson(hits / rows, rows) == pytest.approx(wanted, abs=5e-5)


def test_it_stays_between_never_and_always() -> None:
    assert wilson(0.0, 1)[0] == 0.0
    assert wilson(1.0, 1)[1] == 1.0
    low, high = wilson(1.0, 1)
    assert low < 0.25
    assert high - low > 0.7
