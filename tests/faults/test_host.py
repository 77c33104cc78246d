"""A program that calls losscli: its settings are neither needed nor changed, its arrays neither."""

from __future__ import annotations

import decimal
import gc
import json
import locale
import logging
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli

# Logits so large that exponentials of them overflow and underflow, and labels that they miss.
LOGITS = np.array([800.0, -750.0, 3.0, -1e308, 40.0, -2.0])
ANSWERS = np.array([1, 0, 1, 1, 0, 1])
OTHER = LOGITS * 0.5
TABLE = "logit,label\n" + "".join(f"{p},{y}\n" for p, y in zip(LOGITS, ANSWERS, strict=True))


def seen_from_all_sides(rows: Any) -> None:
    """Everything that can be asked of the losses of rows."""
    for ask in (rows.hardest, rows.histogram, rows.lorenz, rows.check_gradient):
        ask()
    list(rows.blocks())


CALLS: dict[str, Callable[[], Any]] = {
    "batch": lambda: losscli.batch(["p.csv"], None, "bce", kind="logit", jobs=1),
    "check": lambda: losscli.check("p.csv", max={"bce": 1e308}, kind="logit"),
    "compare": lambda: losscli.compare([LOGITS, OTHER], ANSWERS, "bce,zero_one", kind="logit"),
    "divergence": lambda: losscli.divergence(
        LOGITS.reshape(2, 3), OTHER.reshape(2, 3), kind="logit"
    ),
    "evaluate": lambda: losscli.evaluate(LOGITS, ANSWERS, "bce,focal,mse,auc_loss", kind="logit"),
    "get_loss": lambda: losscli.get_loss("bce"),
    "gradient": lambda: losscli.gradient(LOGITS, ANSWERS, "bce", kind="logit"),
    "list_losses": losscli.list_losses,
    "match": lambda: losscli.match("0.5", OTHER[:3], ANSWERS[:3]),
    "recommend": lambda: losscli.recommend("p.csv", kind="logit"),
    "rows": lambda: seen_from_all_sides(losscli.rows(LOGITS, ANSWERS, "bce", kind="logit")),
    "why": lambda: losscli.why("0.5", "0.7", OTHER[:3], ANSWERS[:3]),
}


def state() -> dict[str, object]:
    """What belongs to the host, in a form that can be compared."""
    return {
        "errors of NumPy": (np.geterr(), np.geterrcall()),
        "printing of NumPy": json.dumps(np.get_printoptions(), default=str),
        "numbers at random": (random.getstate(), str(np.random.get_state())),  # noqa: NPY002
        "decimals": str(decimal.getcontext()),
        "warnings": list(warnings.filters),
        "import path": list(sys.path),
        "hooks": (sys.excepthook, sys.displayhook, threading.excepthook, list(sys.meta_path)),
        "signals": [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)],
        "folder": Path.cwd(),
        "environment": dict(os.environ),
        "locale": locale.setlocale(locale.LC_ALL),
        "streams": (sys.stdin, sys.stdout, sys.stderr),
        "log": (logging.root.level, list(logging.root.handlers)),
        "garbage": (gc.isenabled(), gc.get_threshold()),
        "recursion": sys.getrecursionlimit(),
    }


def test_every_function_is_called() -> None:
    functions = {
        name
        for name in losscli.__all__
        if callable(found := getattr(losscli, name)) and not isinstance(found, type)
    }
    assert set(CALLS) == functions


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.filterwarnings("error")
def test_the_settings_of_the_host_are_neither_needed_nor_changed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.csv").write_text(TABLE)
    arrays = [LOGITS.copy(), OTHER.copy(), ANSWERS.copy()]
    with np.errstate(all="raise"), decimal.localcontext(decimal.Context(prec=3)):
        before = state()
        CALLS[name]()
        assert state() == before
    np.testing.assert_array_equal(LOGITS, arrays[0])
    np.testing.assert_array_equal(OTHER, arrays[1])
    np.testing.assert_array_equal(ANSWERS, arrays[2])


@pytest.mark.parametrize("name", CALLS)
def test_another_thread_than_the_first_may_call(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.csv").write_text(TABLE)
    failures: list[BaseException] = []

    def call() -> None:
        try:
            CALLS[name]()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    assert not failures
