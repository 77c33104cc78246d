"""Every hostile input gives its value, or one clear message: never a traceback, never a guess."""

from __future__ import annotations

import pytest

from tests.cli.program import Here, Write
from tests.faults import (
    compressed_cases,
    csv_cases,
    label_cases,
    npy_cases,
    table_cases,
    whole_number_cases,
)
from tests.faults.case import Case

CASES = [
    *npy_cases.CASES,
    *csv_cases.CASES,
    *table_cases.CASES,
    *label_cases.CASES,
    *compressed_cases.CASES,
    *whole_number_cases.CASES,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, here: Here, write: Write) -> None:
    for name, content in case.files.items():
        write(name, content)
    answer = here(*case.words)
    assert answer.code == case.code, answer.err
    if case.value is not None:
        assert answer.number == pytest.approx(case.value, rel=1e-15, abs=0, nan_ok=True)
        return
    assert answer.out == ""
    assert answer.err.startswith("losscli: ")
    assert "Traceback" not in answer.err
    assert "internal error" not in answer.err
    assert len(answer.err) < 800
    assert answer.err.replace("\n", "").isprintable()
    for piece in case.says:
        assert piece in answer.err, (piece, answer.err)


def test_no_two_cases_have_one_name() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
