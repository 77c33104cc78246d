"""JSON and JSON Lines, and the schema that the package ships."""

from __future__ import annotations

import json
import math
from importlib.resources import files
from typing import Any

import jsonschema
import numpy as np
import pytest

from losscli.cli.formats import render, render_recommendation
from losscli.evaluating.report import (
    Baseline,
    Decomposition,
    Input,
    IntervalMethod,
    Report,
    Result,
    Slice,
)
from losscli.inputs.findings import ReadRole, UnusedColumn
from losscli.plain import field_names
from losscli.render.json import dump
from losscli.render.screen import Screen
from losscli.task.advice import Recommendation
from losscli.vocabulary import Evidence, Kind, Reduction, Task
from tests.render.reports import (
    HOSTILE,
    advice,
    binary,
    divergence,
    hostile,
    report,
    result,
    taken_apart,
)

SCREEN = Screen(None, False)
SCHEMA: Any = json.loads(
    files("losscli").joinpath("schema/report.schema.json").read_text(encoding="utf-8")
)
NAN, INF = math.nan, math.inf

REPORTS = {
    "plain": binary(),
    "parts": divergence(),
    "taken apart": taken_apart(),
    "hostile": hostile(),
    "empty": report([], inputs=(), recommendation=None, notes=()),
    "rows": report([result(value=None, reduction="none", values=np.array([0.5, INF, NAN]))]),
    "items": report([result(value=None, reduction="none", values=np.array([[1.0, INF], [0, 1]]))]),
    "columns": report([result(value=None, reduction="columns", values=np.array([0.5, 1.0]))]),
    "not finite": report(
        [
            result(
                value=INF,
                standard_error=NAN,
                interval=(-INF, INF),
                minimum=-INF,
                maximum=INF,
                weight=NAN,
                baseline=Baseline(NAN, "base rate"),
                skill=-INF,
                parts={"entropy": NAN},
                params={"delta": INF, "weights": [1.0, NAN]},
            )
        ]
    ),
}


def strict(text: str) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    return json.loads(text, parse_constant=refuse)


def validate(document: Any) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


class TestDocument:
    @pytest.mark.parametrize("name", REPORTS)
    def test_it_is_strict_and_keeps_to_the_schema(self, name: str) -> None:
        document = strict(render(REPORTS[name], "json", SCREEN))
        validate(document)
        assert document == REPORTS[name].to_dict()

    def test_no_digit_is_lost(self) -> None:
        [first, *_] = strict(render(binary(), "json", SCREEN))["results"]
        assert first["value"] == 0.07177570909570363
        assert first["interval"] == [0.03836073168295147, 0.1051906865084558]

    def test_what_is_not_finite_is_null_and_a_word(self) -> None:
        [lost] = strict(render(REPORTS["not finite"], "json", SCREEN))["results"]
        assert (lost["value"], lost["nonfinite"]) == (None, "inf")
        assert lost["interval_nonfinite"] == {"0": "-inf", "1": "inf"}
        assert lost["baseline"] == {
            "value": None,
            "nonfinite": "nan",
            "constant": "base rate",
            "best": True,
        }

    @pytest.mark.parametrize("format", ["json", "jsonl"])
    def test_control_characters_are_escaped(self, format: str) -> None:
        text = render(hostile(), format, SCREEN)
        assert text.replace("\n", "").isprintable()
        assert "\\u202e" in text

    def test_names_survive(self) -> None:
        name = f"{HOSTILE} ☃ 😀 \U000e0001 \udc80 \u2028"
        document = strict(
            render(report([], inputs=(Input("pred", name, (), 1, "f8"),)), "json", SCREEN)
        )
        assert document["inputs"][0]["file"] == name

    def test_readable_letters_stand_as_they_are(self) -> None:
        assert "Kullback–Leibler" in render(divergence(), "json", SCREEN)

    def test_a_recommendation_alone(self) -> None:
        document = strict(render_recommendation(advice(), "json", SCREEN))
        assert document.pop("schema") == "losscli/1"
        part = {**SCHEMA, **SCHEMA["$defs"]["recommendation"]}
        jsonschema.Draft202012Validator(part).validate(document)


class TestLines:
    @pytest.mark.parametrize("name", REPORTS)
    def test_a_line_is_a_result_with_what_it_belongs_to(self, name: str) -> None:
        lines = [strict(line) for line in render(REPORTS[name], "jsonl", SCREEN).splitlines()]
        whole = REPORTS[name].to_dict()
        shared = {key: whole[key] for key in ("schema", "inputs", "task")}
        assert lines == [{**shared, **result} for result in whole["results"]]


class TestSchema:
    def test_it_is_a_schema(self) -> None:
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    @pytest.mark.parametrize(
        ("data", "schema"),
        [
            (Report, SCHEMA),
            (Input, SCHEMA["$defs"]["input"]),
            (Result, SCHEMA["$defs"]["result"]),
            (Baseline, SCHEMA["$defs"]["baseline"]),
            (Decomposition, SCHEMA["$defs"]["decomposition"]),
            (Recommendation, SCHEMA["$defs"]["recommendation"]),
            (Evidence, SCHEMA["$defs"]["evidence"]),
            (IntervalMethod, SCHEMA["$defs"]["interval_method"]),
            (Slice, SCHEMA["$defs"]["slice"]),
            (ReadRole, SCHEMA["$defs"]["read"]),
            (UnusedColumn, SCHEMA["$defs"]["unused"]),
        ],
        ids=lambda given: getattr(given, "__name__", ""),
    )
    def test_it_names_the_fields_of_the_report_and_no_others(
        self, data: Any, schema: dict[str, Any]
    ) -> None:
        named = [name for name in schema["properties"] if not name.endswith("nonfinite")]
        assert [name for name in named if name != "schema"] == list(field_names(data))
        assert schema["additionalProperties"] is False
        optional = {"values", "decomposition", "slices"} if data is Result else set()
        assert set(schema["required"]) == set(named) - optional

    def test_every_field_is_described(self) -> None:
        for part in (SCHEMA, *SCHEMA["$defs"].values()):
            for name, field in part.get("properties", {}).items():
                assert field.get("description"), name

    @pytest.mark.parametrize(
        ("field", "words"),
        [
            (SCHEMA["properties"]["task"], Task),
            (SCHEMA["properties"]["kind"], Kind),
            (SCHEMA["$defs"]["recommendation"]["properties"]["task"], Task),
            (SCHEMA["$defs"]["result"]["properties"]["kind"], Kind),
            (SCHEMA["$defs"]["result"]["properties"]["reduction"], Reduction),
        ],
    )
    def test_it_knows_the_words_of_the_vocabulary(self, field: Any, words: Any) -> None:
        assert field["enum"] == [word.value for word in words]

    @pytest.mark.parametrize(
        "change",
        [
            {"value": None},
            {"nonfinite": "inf"},
            {"value": None, "nonfinite": "Infinity"},
            {"interval": [0.0]},
            {"values": [0.5]},
            {"n": -1},
            {"unheard_of": 1},
            {"reduction": "median"},
            {"standard_error_nonfinite": "nan"},
        ],
        ids=str,
    )
    def test_it_refuses_what_no_report_says(self, change: dict[str, Any]) -> None:
        document = binary().to_dict()
        document["results"][0].update(change)
        with pytest.raises(jsonschema.ValidationError):
            validate(document)


@pytest.mark.parametrize(
    "data",
    [
        {"list": [], "object": {}, "nested": [[], [{}], {"a": []}]},
        {"text": 'quotes "and" \\ slashes, é, 中', "numbers": [1, 2.5, 1e-07, 1e22, -0.0]},
        {"nothing": None, "yes": True, "keys with: colons, and [brackets]": "{[:,]}"},
    ],
)
def test_an_indented_document_is_as_python_indents_it(data: Any) -> None:
    assert dump(data, indent=2) == json.dumps(data, indent=2, ensure_ascii=False)
