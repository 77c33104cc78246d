"""Charts as pictures."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from losscli.charts.curves import loss_curves
from losscli.cli.app import execute
from losscli.losses.registry import REGISTRY
from losscli.render.chart import (
    curves_chart,
    histogram_chart,
    save_picture,
)
from tests.render.terminal.test_plot import SPREAD


def test_a_svg_names_its_axes_and_curves(tmp_path: Path) -> None:
    path = tmp_path / "focal.svg"
    save_picture(str(path), curves_chart(loss_curves(REGISTRY.get("focal"))))
    words = set(ElementTree.parse(path).getroot().itertext())
    assert {"gamma = 0 (cross entropy)", "gamma = 5", "hard", "easy", "loss (nats)"} <= words


def test_a_histogram_starts_at_zero() -> None:
    bars, numbers = histogram_chart(SPREAD).to_dict()["layer"]
    assert bars["encoding"]["y"]["scale"] == {"zero": True}
    # Between two numbers on the x-axis, bars would lie down unless they are told to stand.
    assert bars["mark"]["orient"] == "vertical"
    for layer in (bars, numbers):
        assert [row["rows"] for row in layer["data"]["values"]] == list(SPREAD.counts)


def test_a_svg_reads_on_light_and_on_dark_pages(tmp_path: Path) -> None:
    path = tmp_path / "focal.svg"
    save_picture(str(path), curves_chart(loss_curves(REGISTRY.get("focal"))))
    text = path.read_text()
    assert "prefers-color-scheme:dark" in text
    assert "currentColor" in text
    for black in ("#000", "#666", "#888", "#010203"):
        assert f'"{black}"' not in text


@pytest.mark.parametrize("words", [["losses", "focal"], ["rows", "p.csv"]])
def test_a_png_is_one(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.csv").write_text("prob,label\n0.2,0\n0.9,1\n0.4,1\n")
    assert execute([*words, "-o", "chart.png"]) == 0
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG\r\n")


@pytest.mark.parametrize("missing", ["altair", "vl_convert"])
def test_without_the_extra_it_says_how_to_get_it(
    missing: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == missing:
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, missing, raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    path = tmp_path / "focal.svg"
    assert execute(["losses", "focal", "-o", str(path)]) == 2
    assert "pip install 'losscli[report]'" in capsys.readouterr().err
    assert not path.exists()
