"""The options that every verb shares: each works, or is refused by its name with what to do."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.errors import UsageError
from losscli.evaluating.options import Options

PRED, LABEL = np.array([0.9, 0.2, 0.6, 0.4]), np.array([1, 0, 0, 1])
OTHER = np.array([0.8, 0.3, 0.5, 0.6])

# A value of each shared option that differs from its default; a wrong one for the cluster's
# address is refused by name as well as any.
VALUES: dict[str, Any] = {
    "kind": "probability",
    "task": "binary",
    "like": "torch",
    "weight": np.array([1.0, 2.0, 1.0, 2.0]),
    "class_weight": [1.0, 2.0],
    "classes": ("0", "1"),
    "reduction": "sum",
    "nan": "drop",
    "block_length": 2,
    "higher_is_better": True,
    "score": True,
    "shift": False,
    "columns": losscli.Columns(),
    "inputs": {},
    "cast": "float32",
    "explain": True,
    "by_class": True,
    "ci": "none",
    "resamples": 200,
    "seed": 1,
    "threads": 1,
    "engine": "local",
    "scheduler": None,
    "announce": print,
    "progress": lambda *_: None,
}


def test_every_shared_option_is_tried() -> None:
    assert set(VALUES) == set(Options.__struct_fields__) - {"params"}


def _batch(tmp_path: Path) -> Callable[..., object]:
    files = {name: str(tmp_path / f"{name}.npy") for name in ("pred", "label", "weight")}
    for name, array in (("pred", PRED), ("label", LABEL), ("weight", VALUES["weight"])):
        np.save(files[name], array)

    def run(**options: Any) -> object:
        if "weight" in options:
            options["weight"] = files["weight"]
        report = losscli.batch([files["pred"]], files["label"], "bce", jobs=1, **options)
        assert report.rows[0].failure is None
        return report

    return run


VERBS: dict[str, Callable[..., Any]] = {
    "evaluate": lambda **o: losscli.evaluate(PRED, LABEL, "bce", **o),
    "rows": lambda **o: losscli.rows(PRED, LABEL, "bce", **o).hardest(1),
    "gradient": lambda **o: losscli.gradient(PRED, LABEL, "bce", **o),
    "compare": lambda **o: losscli.compare([PRED, OTHER], LABEL, "bce", **o),
    "check": lambda **o: losscli.check(PRED, LABEL, max={"bce": 9.0}, **o),
    "check --significant": lambda **o: losscli.check(
        PRED, LABEL, "bce", significant=True, baseline_pred=OTHER, **o
    ),
    "match": lambda **o: losscli.match("0.4149", PRED, LABEL, "bce", **o),
    "recommend": lambda **o: losscli.recommend(PRED, LABEL, **o),
}


@pytest.mark.parametrize("option", VALUES)
@pytest.mark.parametrize("verb", [*VERBS, "batch"])
def test_each_verb_serves_an_option_or_refuses_it_by_name(
    verb: str, option: str, tmp_path: Path
) -> None:
    call = _batch(tmp_path) if verb == "batch" else VERBS[verb]
    refusal = None
    try:
        call(**{option: VALUES[option]})
    except UsageError as error:
        refusal = error
    if refusal is not None:
        assert f"{verb.split()[0]} takes no {option!r}: " in str(refusal)
        assert refusal.hint


@pytest.mark.parametrize("verb", ["evaluate", "check", "check --significant"])
def test_where_predictions_are_evaluated_whole_most_options_are_served(verb: str) -> None:
    refused = {"explain"} if verb.startswith("check") else set()
    for option in VALUES.keys() - refused:
        VERBS[verb](**{option: VALUES[option]})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"nan": "skip"}, "nan='skip': say 'error' or 'drop'"),
        ({"ci": "exact"}, "ci='exact': say 'auto' or 'normal' or 'bootstrap' or 'none'"),
        ({"engine": "spark"}, "engine='spark': say 'local' or 'dask'"),
        ({"threads": 0}, "at least one thread"),
        ({"like": "tourch"}, "no convention 'tourch'"),
        ({"kind": "odds"}, "no kind 'odds'"),
        ({"task": "guessing"}, "no task 'guessing'"),
        ({"reduction": "median"}, "no reduction 'median'"),
    ],
)
def test_a_value_that_an_option_cannot_have_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Options(**options)


def test_what_names_no_option_is_a_parameter_of_the_losses() -> None:
    options = Options.of("evaluate", {"gamma": 2.0}, like="torch")
    assert (options.like, dict(options.params)) == ("torch", {"gamma": 2.0})


def test_only_what_differs_from_the_defaults_is_given() -> None:
    assert Options(like="keras", seed=0).given() == {"like": "keras"}


def test_options_travel_to_other_processes() -> None:
    options = Options(like="torch", params={"gamma": 2.0})
    assert pickle.loads(pickle.dumps(options)) == options
