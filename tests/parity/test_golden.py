"""Numbers that the frameworks computed are the numbers that losscli prints for them."""

from __future__ import annotations

import pytest

from losscli.conventions.table import CONVENTIONS
from tests.parity.golden_cases import Case, cases

THERE = [case for case in cases() if case.is_there() and case.framework in CONVENTIONS]


@pytest.mark.parametrize("case", THERE, ids=lambda case: case.id)
def test_losscli_prints_what_the_framework_computed(case: Case) -> None:
    got = case.value(case.framework)
    assert case.agrees(got), f"{case.data['call']}: expected {case.expected}, got {got}"


@pytest.mark.parametrize(
    "case", [case for case in THERE if case.gradient is not None], ids=lambda case: case.id
)
def test_losscli_has_the_gradient_that_the_framework_trains_by(case: Case) -> None:
    got = case.value_gradient(case.framework)
    assert got.shape == case.gradient.shape
    assert case.agrees(got, case.gradient), f"{case.data['call']}: {case.gradient}, got {got}"


def test_there_are_cases_to_compare_with() -> None:
    assert THERE
    assert any(case.gradient is not None for case in THERE)
