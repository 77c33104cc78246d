"""Where the labels of a prediction are, as a template says it."""

from __future__ import annotations

import pytest

from losscli.batching.template import check_template, filled
from losscli.errors import UsageError


@pytest.mark.parametrize(
    ("template", "pred", "label"),
    [
        ("labels.npy", "runs/a/preds.npy", "labels.npy"),
        ("{dir}/labels.npy", "runs/a/preds.npy", "runs/a/labels.npy"),
        ("{dir}/labels.npy", "preds.npy", "./labels.npy"),
        ("truth/{parent}.npy", "runs/a/preds.npy", "truth/a.npy"),
        ("truth/{file}", "runs/a.csv", "truth/a.csv"),
        ("{dir}/{stem}_y.csv", "runs/a.b.csv", "runs/a.b_y.csv"),
        ("{dir}/{stem}_y.csv", "runs/a.csv.gz", "runs/a_y.csv"),
        ("{stem}_y.csv", "runs/a.csv", "runs/a_y.csv"),
        ("{dir}.npz::{stem}", "runs/a/p.npy", "runs/a.npz::p"),
        ("{dir}/y.npy", "runs/all.npz::p", "runs/y.npy"),
        ("a{{1}}.npy", "runs/p.npy", "a{1}.npy"),
        ("{dir}/y.npy", "r{x}/p.npy", "r{x}/y.npy"),
        ("{dir}/y.npy", "a\n[red]/p.npy", "a\n[red]/y.npy"),
    ],
)
def test_parts_of_the_path_take_the_place_of_fields(template: str, pred: str, label: str) -> None:
    assert filled(template, pred) == label


@pytest.mark.parametrize("template", ["{stm}.npy", "{}.npy", "{0}", "{dir", "dir}", "{dir.x}"])
def test_unknown_fields_are_refused_with_those_that_there_are(template: str) -> None:
    with pytest.raises(UsageError, match="--label") as caught:
        check_template(template, "--label")
    assert "{dir}, {parent}, {file}, {stem}" in caught.value.hint
