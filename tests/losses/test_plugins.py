"""Losses from outside are checked and evaluated as built-in ones are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.errors import UsageError
from losscli.losses.plugins import as_loss
from losscli.losses.registry import REGISTRY

PRED, LABEL = np.array([1.0, 4.0, 2.0]), np.array([2.0, 1.0, 2.0])


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    source = """
        import numpy as np

        def asymmetric(pred, label, *, over=2.0):
            "Errors above the label count `over` times."
            return np.where(pred > label, over, 1.0) * (pred - label) ** 2

        def total(pred, label):
            return ((pred - label) ** 2).sum()

        def words(pred, label):
            return np.array(["a"] * len(pred))

        def undefined(pred, label):
            return np.where(pred > 3, np.nan, 0.0)

        def three(pred, label, weight):
            return pred

        number = 3
    """
    (tmp_path / "losses_of_mine.py").write_text(dedent(source), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "losses_of_mine"
    __import__("sys").modules.pop("losses_of_mine", None)


def value(name: str, **how: Any) -> float | None:
    return losscli.evaluate(PRED, LABEL, name, **how).results[0].value


def test_a_function_is_a_loss(module: str) -> None:
    assert value(f"{module}:asymmetric") == pytest.approx((1 + 2 * 9 + 0) / 3, rel=1e-15)


def test_its_keyword_arguments_are_parameters(module: str) -> None:
    assert value(f"{module}:asymmetric:over=3") == pytest.approx(28 / 3, rel=1e-15)
    assert value(f"{module}:asymmetric", over=1.0) == value("mse")


def test_it_has_totals_and_an_interval_and_a_signature(module: str) -> None:
    result = losscli.evaluate(PRED, LABEL, f"{module}:asymmetric,mse").results[0]
    assert result.standard_error is not None
    assert result.signature.startswith(f"{module}:asymmetric|over:2|like:standard")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("nope", "has no 'nope'"),
        ("total", "returned the shape"),
        ("words", "not numbers"),
        ("undefined", "NaN for row 1"),
        ("three", "takes"),
        ("number", "is no function"),
        ("asymmetric:under=1", "no parameter 'under'"),
    ],
)
def test_what_cannot_be_a_loss_is_refused(module: str, name: str, problem: str) -> None:
    with pytest.raises(losscli.UsageError, match=problem):
        value(f"{module}:{name}")


def test_a_module_that_is_not_there_is_named() -> None:
    with pytest.raises(losscli.UsageError, match="no_such_module"):
        value("no_such_module:f")


def test_an_installed_package_offers_losses_by_name(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib.metadata import EntryPoint

    offered = EntryPoint("mine", f"{module}:asymmetric", "losscli.losses")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: [offered])
    assert value("mine:over=3") == pytest.approx(28 / 3, rel=1e-15)
    with pytest.raises(losscli.UsageError, match="no loss is called 'theirs'"):
        value("theirs")


def test_a_definition_is_taken_as_it_is() -> None:
    assert as_loss("mine", REGISTRY.get("mse")) is REGISTRY.get("mse")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (None, "ModuleNotFoundError"),
        ("raise SystemExit(0)", "SystemExit"),
        ("def f(:", "SyntaxError"),
        ("g = 1", "AttributeError"),
    ],
)
def test_a_plug_in_that_cannot_be_loaded_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str | None, said: str
) -> None:
    from importlib.metadata import EntryPoint

    name = f"plug_in_{said.lower()}"
    if source is not None:
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    offered = EntryPoint("theirs", f"{name}:f", "losscli.losses")
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: [offered])
    with pytest.raises(losscli.UsageError, match=f"theirs: the plug-in {name}:f raised {said}"):
        losscli.check(PRED, LABEL, max={"theirs": 9})


def unlocks(pred: Any, label: Any) -> Any:
    lost = abs(pred - label)
    pred.flags.writeable = True
    pred[...] = label
    return lost


def reaches_below(pred: Any, label: Any) -> Any:
    lost = abs(pred - label)
    while pred.base is not None:
        pred = pred.base
    pred.flags.writeable = True
    pred[...] = 0.0
    return lost


@pytest.mark.parametrize("function", [unlocks, reaches_below])
def test_no_function_can_change_what_other_losses_read(
    function: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "changing", SimpleNamespace(f=function))
    given = PRED.copy()
    report = losscli.evaluate(given, LABEL, ["changing:f", "mae"])
    assert report.results[0].value == report.results[1].value == np.abs(PRED - LABEL).mean()
    np.testing.assert_array_equal(given, PRED)


def test_losses_that_are_masked_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def masked(pred: Any, label: Any) -> Any:
        return np.ma.masked_greater(abs(pred - label), 2.0)

    monkeypatch.setitem(sys.modules, "masking", SimpleNamespace(f=masked))
    with pytest.raises(UsageError, match="masked"):
        losscli.evaluate(PRED, LABEL, "masking:f")
