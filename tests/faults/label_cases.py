"""Shapes, labels and weights of every wrong sort, and predictions that are not what they claim."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tests.faults.case import Case, gives, refused
from tests.faults.npy_cases import npy

P = np.array([0.9, 0.2, 0.6])
Q = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]])
BCE = -math.fsum(map(math.log, (0.9, 0.8, 0.4))) / 3
CE = -math.fsum(map(math.log, (0.7, 0.8, 0.4))) / 3


def files(pred: object, label: object, **more: object) -> dict[str, bytes]:
    named = {"p": pred, "y": label, **more}
    return {f"{name}.npy": npy(array) for name, array in named.items()}


def _binary() -> Iterator[Case]:
    words = ("p.npy", "y.npy", "-l", "bce")
    spelled: dict[str, object] = {
        "whole numbers": [1, 0, 0],
        "floats": [1.0, 0.0, 0.0],
        "truths": [True, False, False],
        "a column": [[1], [0], [0]],
        "unsigned": np.array([1, 0, 0], np.uint8),
    }
    for name, label in spelled.items():
        yield gives(f"labels of BCE: {name}", BCE, files(P, label), *words)
    label = np.array(["spam", "ham", "ham"])
    asked = (*words, "--classes", "ham,spam")
    yield gives("labels of BCE: words", BCE, files(P, label), *asked)
    bad: dict[str, tuple[object, str]] = {
        "2": ([1, 0, 2], "row 2"),
        "minus one and 1": ([1, -1, 0.5], "y.npy"),
        "NaN": ([1, np.nan, 0], "row 1"),
        "infinity": ([1, 0, np.inf], "row 2"),
        "one row fewer": ([1, 0], "(2,)"),
        "one row": ([1], "(1,)"),
        "none": (np.zeros(0), "y.npy"),
        "a row": ([[1, 0, 0]], "(1, 3)"),
        "two columns": ([[1, 0], [0, 1], [0, 1]], "y.npy"),
        "a cube": (np.zeros((3, 1, 1, 2)), "dimensions"),
    }
    for name, (label, said) in bad.items():
        yield refused(f"labels of BCE: {name}", files(P, label), words, "y.npy", said)
    preds: dict[str, tuple[object, str]] = {
        "above 1": ([0.9, 0.2, 1.5], "row 2"),
        "below 0": ([0.9, -0.2, 0.5], "row 1"),
        "more above 1 than rounding makes": ([0.9, 0.2, 1.0 + 1e-6], "row 2"),
        "percent": ([90.0, 20.0, 60.0], "row 0"),
        "infinity": ([0.9, np.inf, 0.5], "row 1"),
        "NaN": ([0.9, 0.2, np.nan], "row 2"),
    }
    for name, (pred, said) in preds.items():
        asked = (*words, "--kind", "probability")
        yield refused(f"probabilities: {name}", files(pred, [1, 0, 0]), asked, "p.npy", said)
    yield gives(
        "probabilities: 0 and 1, exact",
        0.0,
        files([1.0, 0.0, 0.0], [1, 0, 0]),
        *words,
        "--like",
        "exact",
    )
    big = (*words, "--kind", "logit")
    yield gives("logits of 1,000", 0.0, files([1e3, -1e3, -1e3], [1, 0, 0]), *big)
    yield gives("logits of 10³⁰⁰, wrong", 1e300, files([-1e300, 1e300], [1, 0]), *big)
    yield refused("logits: infinity", files([np.inf, 0.0, 1.0], [1, 0, 0]), big, "p.npy", "row 0")


def _classes() -> Iterator[Case]:
    words = ("p.npy", "y.npy", "-l", "ce")
    spelled: dict[str, object] = {
        "indices": [0, 1, 2],
        "indices as floats": [0.0, 1.0, 2.0],
        "one-hot": np.eye(3),
        "one-hot truths": np.eye(3, dtype=bool),
        "bytes": np.array([0, 1, 2], np.uint8),
    }
    for name, label in spelled.items():
        yield gives(f"labels of CE: {name}", CE, files(Q, label), *words)
    named = (*words, "--classes", "a,b,c")
    yield gives("labels of CE: words", CE, files(Q, np.array(["a", "b", "c"])), *named)
    bad: dict[str, tuple[object, str]] = {
        "an index too high": ([0, 1, 3], "row 2"),
        "an index below 0": ([0, -1, 2], "row 1"),
        "half an index": ([0, 0.5, 2], "row 1"),
        "a huge index": ([0, 1, 1e18], "row 2"),
        "an index beyond 64 bits": ([0, 1, 1e300], "row 2"),
        "NaN": ([0, 1, np.nan], "row 2"),
        "shares that sum to 2": ([[1, 1, 0], [0, 1, 0], [0, 0, 1]], "row 0"),
        "a negative share": ([[1, 0, 0], [0, 1.5, -0.5], [0, 0, 1]], "row 1"),
        "no share": (np.zeros((3, 3)), "row 0"),
        "fewer columns": (np.eye(3)[:, :2], "y.npy"),
        "fewer rows": ([0, 1], "y.npy"),
    }
    for name, (label, said) in bad.items():
        yield refused(f"labels of CE: {name}", files(Q, label), words, "y.npy", said)
    word = files(Q, np.array(["a", "b", "d"]))
    yield refused("labels of CE: an unknown word", word, named, "y.npy", "row 2", "d")
    sums = files(np.array([[0.7, 0.2, 0.2], [0.1, 0.8, 0.1]]), [0, 1])
    asked = (*words, "--kind", "probability", "--task", "multiclass")
    yield refused("classes that sum to 1.1", sums, asked, "p.npy", "row 0", "1.1")
    yield refused("CE of one column", files(P, [1, 0, 0]), words, "-l bce", code=2)
    weights = (*words, "--class-weight", "1,2")
    yield refused("too few class weights", files(Q, [0, 1, 2]), weights, "2", "3", code=2)
    weights = (*words, "--class-weight", "1,-2,1")
    yield refused(
        "a negative class weight",
        files(Q, [0, 1, 2]),
        weights,
        "class weights are 0, or from",
        code=2,
    )
    weights = (*words, "--class-weight", "1,x,1")
    yield refused("a class weight of letters", files(Q, [0, 1, 2]), weights, "x", code=2)


def _weights() -> Iterator[Case]:
    words = ("p.npy", "y.npy", "-l", "mae", "--weight", "w.npy")
    label = np.array([1.0, 0.0, 0.0])
    good: dict[str, tuple[object, float]] = {
        "ones": ([1, 1, 1], math.fsum((1 - 0.9, 0.2, 0.6)) / 3),
        "zero in one place": ([0, 0, 3], 0.6),
        "tiny ones": ([0, 1e-100, 0], 0.2),
        "huge ones": ([0, 1e100, 1e100], 0.4),
        "truths": ([False, True, False], 0.2),
    }
    for name, (weight, value) in good.items():
        yield gives(f"weights: {name}", value, files(P, label, w=weight), *words)
    bad: dict[str, tuple[object, str]] = {
        "negative": ([1, -1, 1], "row 1"),
        "zeros": ([0, 0, 0], "all weights are 0"),
        "NaN": ([1, np.nan, 1], "row 1"),
        "infinite": ([1, 1, np.inf], "row 2"),
        "too few": ([1, 1], "w.npy"),
        "too many": ([1, 1, 1, 1], "w.npy"),
        "of two columns": (np.ones((3, 2)), "w.npy"),
        "words": (np.array(["a", "b", "c"]), "w.npy"),
        "complex": ([1j, 1, 1], "w.npy"),
        "too small to be felt": ([0, 5e-324, 0], "row 1"),
        "too large to be summed": ([0, 1e308, 1e308], "row 1"),
    }
    for name, (weight, said) in bad.items():
        yield refused(f"weights: {name}", files(P, label, w=weight), words, said)


def _params() -> Iterator[Case]:
    data = files(P, [1, 0, 0])
    for asked in (
        "focal:gamma=-1",
        "focal:gamma=nan",
        "focal:gamma=inf",
        "focal:gamma=x",
        "focal:gama=2",
        "focal:alpha=2",
        "focal:",
        "focal:gamma",
        "huber:delta=0",
        "quantile:q=1.5",
        "no_such_loss",
        "bce,,brier:",
        "",
    ):
        yield refused(f"-l {asked!r}", data, ("p.npy", "y.npy", "-l", asked), "", code=2)


CASES = [*_binary(), *_classes(), *_weights(), *_params()]
