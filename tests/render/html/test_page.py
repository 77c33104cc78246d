"""The page: every number that of the JSON, every word text, nothing from elsewhere."""

from __future__ import annotations

import json
import math
import os
import re
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import losscli
from losscli.cli.app import execute
from losscli.describing.evaluation_page import page
from losscli.render.html.page import render_comparison, render_page
from losscli.render.numbers import between
from tests.cli.program import SAMPLES

SAMPLE = {
    "binary": (SAMPLES / "breast_cancer.csv", "prob"),
    "multiclass": (SAMPLES / "wine.csv", ()),
    "multilabel": (SAMPLES / "multilabel.csv", ()),
    "regression": (SAMPLES / "diabetes.csv", ()),
}
HOSTILE = "<script>alert(1)</script>[red]=cmd()\x1b[31m\"'&"


class Parts(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@cache
def text_of(name: str, **options: Any) -> str:
    file, column = SAMPLE[name]
    return render_page(page(file, columns=losscli.Columns(pred=column), **options))


@pytest.fixture(scope="module", params=SAMPLE)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def text(name: str) -> str:
    return text_of(name, by_class=name in ("binary", "multiclass"), command="losscli x.csv")


@pytest.fixture(scope="module")
def parts(text: str) -> Parts:
    return Parts(text)


def numbers(value: Any) -> set[float]:
    if isinstance(value, dict):
        return set().union(*map(numbers, value.values()))
    if isinstance(value, list):
        return set().union(*map(numbers, value))
    return {value} if isinstance(value, (int, float)) and not isinstance(value, bool) else set()


def test_every_value_of_the_json_stands_in_the_page(name: str, parts: Parts) -> None:
    file, column = SAMPLE[name]
    report = losscli.evaluate(file, columns=losscli.Columns(pred=column), explain=True)
    shown = {
        float(attrs["data-value"] or "nan") for _, attrs in parts.tags if "data-value" in attrs
    }
    for result in json.loads(json.dumps(report.to_dict()))["results"]:
        assert result["value"] in shown
        assert result["n"] in shown
        if result["baseline"] is not None:
            assert result["baseline"]["value"] in shown
        for part in ("calibration", "refinement", "within"):
            if "decomposition" in result:
                assert result["decomposition"][part] in shown


def test_the_same_losses_elsewhere_are_those_of_evaluate(name: str) -> None:
    file, column = SAMPLE[name]
    columns = losscli.Columns(pred=column)
    told = page(file, columns=columns).told
    assert len({convention for item in told for convention in item.conventions}) > 3
    for item in told:
        for convention in item.conventions:
            report = losscli.evaluate(file, losses=item.loss, like=convention, columns=columns)
            assert report.results[0].value == item.value


def test_nothing_is_fetched(text: str, parts: Parts) -> None:
    for _, attrs in parts.tags:
        for attribute in ("src", "href", "action", "data", "srcset"):
            assert (attrs.get(attribute) or "#").startswith(("#", "data:image/svg+xml,"))
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)
    [policy] = [attrs for attrs in parts.of("meta") if "http-equiv" in attrs]
    assert (policy["content"] or "").startswith("default-src 'none';")
    assert "unsafe-eval" not in text


def test_it_is_small(text: str) -> None:
    assert len(text.encode()) < 2_000_000


def test_it_can_be_read_without_seeing_it(parts: Parts) -> None:
    assert parts.of("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in parts.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    ids = [attrs["id"] for _, attrs in parts.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert len(parts.of("caption")) == len(parts.of("table")) > 2
    assert all("scope" in attrs for attrs in parts.of("th"))
    pictures = [attrs for attrs in parts.of("div") if attrs.get("role") == "img"]
    assert len(pictures) == len(parts.of("svg")) > 0
    assert all(len(attrs["aria-label"] or "") > 40 for attrs in pictures)


def test_hostile_names_are_text(tmp_path: Path) -> None:
    table = tmp_path / "a<b>.csv"
    name = HOSTILE.replace('"', '""')
    rows = "\n".join(f'"{name}{i}",{0.1 + i / 10},{i % 2},"{name}"' for i in range(8))
    table.write_text(f'id,"p{name}",label,"s{name}"\n{rows}\n')
    columns = losscli.Columns(pred="p*", label="label", by="s*")
    text = render_page(page(table, columns=columns, command=HOSTILE))
    parts = Parts(text)
    assert len(parts.of("script")) == 1
    assert "\x1b" not in text
    assert any("<script>alert(1)</script>[red]=cmd()" in found for found in parts.texts)
    assert any("a<b>.csv" in found for found in parts.texts)


def test_the_number_leads_with_its_interval_its_skill_and_the_advice() -> None:
    found = page(SAMPLES / "breast_cancer.csv", columns=losscli.Columns(pred="prob"))
    text = render_page(found, made=date(2026, 11, 26))
    parts = Parts(text)
    said = " ".join("".join(parts.texts).split())
    assert "<h1>breast_cancer.csv</h1>" in text
    assert "<title>binary cross entropy 0.07178 · breast_cancer.csv</title>" in text
    assert {"value": repr(found.report.results[0].value)} in parts.of("data")
    assert said.index("0.07178 nats") < said.index("Values")
    interval = between(found.report.results[0].interval)
    assert f"95 % interval {interval}; the best constant prediction: 0.6604" in said
    assert "89.1 % better than the best constant prediction (skill)" in said
    assert "The right loss here: one probability per row" in said
    assert '<time datetime="2026-11-26">' in text


def test_elsewhere_shows_what_differs_and_hides_what_agrees() -> None:
    found = page([0.9, 0.2, 0.6], [1, 0, 0], "bce")
    text = render_page(found)
    table = text.partition('<table id="conventions">')[2].partition("</table>")[0]
    mine = found.report.results[0].value
    assert "textbook" in table
    assert f'data-value="{mine!r}"' not in table
    alike = text.partition("<details>")[2].partition("</details>")[0]
    assert "standard" in alike
    assert "torch" in alike


def test_infinite_losses_are_told() -> None:
    text = render_page(page([0.0, 0.5, 1.0], [1, 1, 1], "bce", like="exact"))
    shown = [attrs.get("data-value") for _, attrs in Parts(text).tags]
    assert "inf" in shown
    assert "rows whose loss is infinite: 1" in text


def test_losses_without_rows_have_a_page_without_rows() -> None:
    found = page([1.0, 2.0, 4.0], [1.0, 2.5, 3.0], "r2")
    assert (found.hardest, found.spread) == (None, None)
    assert math.isfinite(found.told[0].value)
    assert "The hardest rows" not in render_page(found)


def test_the_command_line_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["losscli", "x y.csv", "-o", "report.html"])
    target = tmp_path / "report.html"
    assert execute(["eval", str(SAMPLES / "wine.csv"), "-o", str(target)]) == 0
    assert capsys.readouterr().out == ""
    words = re.sub("</?span>", "", target.read_text(encoding="utf-8"))
    assert "losscli &#39;x y.csv&#39; -o report.html" in words


def test_rows_kept_as_they_are_have_no_page() -> None:
    with pytest.raises(losscli.UsageError, match="Leave out --reduction"):
        page([0.5], [1], "bce", reduction="none")


def test_a_page_of_a_comparison_shows_groups_of_rows() -> None:
    random = np.random.default_rng(4)
    label = np.resize([0.0, 1.0], 200)
    models = {name: random.uniform(0.1, 0.9, 200) for name in ("one", "two")}
    report = losscli.compare(models, label, "bce", by_class=True)
    text = render_comparison(report)
    for group in report.slices:
        [item] = group.comparisons
        assert f'data-value="{item.difference!r}"' in text
        assert f'data-value="{item.p_holm!r}"' in text


def test_a_comparison_has_a_page_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models = [str(SAMPLES / name) for name in ("model_a.csv", "model_b.csv")]
    label = str(SAMPLES / "labels.csv")
    target = tmp_path / "report.html"
    assert execute(["compare", *models, "--label", label, "-o", str(target)]) == 0
    assert capsys.readouterr().out == ""
    parts = Parts(target.read_text())
    shown = {attrs.get("data-value") for _, attrs in parts.tags}
    report = losscli.compare(models, label)
    for item in report.comparisons:
        assert {repr(item.value), repr(item.reference_value), repr(item.difference)} <= shown
        assert item.words in parts.texts
    assert any(text.startswith("No winner yet") for text in parts.texts)
    # A model is called what its file is called, also at the beginning of a sentence.
    assert any(text.startswith("model_a is ahead of model_b") for text in parts.texts)
    assert any("few, large misses" in text for text in parts.texts)
    assert "column prob" in parts.texts
    [forest] = [attrs for attrs in parts.of("div") if attrs.get("class") == "forest"]
    for item in report.comparisons:
        assert f"{item.title}: " in (forest["aria-label"] or "")
    ids = [attrs["id"] for _, attrs in parts.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_labels_that_are_shares_show_their_entropy() -> None:
    found = page([[0.6, 0.4], [0.3, 0.7]], [[0.5, 0.5], [0.2, 0.8]], "ce")
    parts = found.report.results[0].decomposition
    assert parts is not None
    shown = {attrs.get("data-value") for _, attrs in Parts(render_page(found)).tags}
    assert {repr(parts.entropy), repr(parts.divergence)} <= shown


def test_what_can_be_read_only_once_is_refused_before_it_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(losscli.UsageError, match="- can be read only once"):
        page("-")
    with pytest.raises(losscli.UsageError, match="pipe can be read only once"):
        page([0.5, 0.5], [0, 1], weight=str(pipe))


def test_the_words_of_a_chart_name_the_hardest_row_with_its_own_loss() -> None:
    found = page(SAMPLES / "breast_cancer.csv", losses="bce", columns=losscli.Columns(pred="prob"))
    assert "The hardest, row 37, has 2.223082." in render_page(found)
    [said] = found.hardest.rows[0].pred
    assert round(-math.log(1.0 - said), 6) == 2.223082


@pytest.mark.parametrize("like", ["standard", "torchvision"])
def test_elsewhere_the_losses_have_the_parameters_that_were_asked_for(like: str) -> None:
    pred, label = [0.9, 0.2, 0.6], [1, 0, 0]
    losses = ["focal:gamma=5", "focal:gamma=0.5,alpha=0.4"]
    told = page(pred, label, losses, like=like).told
    for loss in losses:
        for convention in ("exact", "textbook", "keras"):
            value = losscli.evaluate(pred, label, loss, like=convention).results[0].value
            assert any(value == item.value and convention in item.conventions for item in told)
