"""Log-probabilities as OpenAI, vLLM and lm-eval write them, against their definitions."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from losscli import Columns, compare, evaluate, recommend, rows
from losscli.errors import DataError, UsageError

# Tokens with their log-probabilities; the first of each text has none.
TEXTS = (
    (("The", None), (" cat", -2.5), (" saß", -4.25), (" on", -0.75)),
    (("Oh", None), (" no", -1.125)),
    (("A", None), ("  b", -3.0), ("c\n", -0.0625), (" d", -8.5)),
)


def spelled(text: Any) -> str:
    return "".join(token for token, lp in text if lp is not None)


def logs(text: Any) -> list[float]:
    return [lp for _, lp in text if lp is not None]


def write(path: Path, records: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return str(path)


def chat(text: Any) -> dict[str, Any]:
    """A response of OpenAI's chat completions; its tokens all have a log-probability."""
    content = [
        {"token": token, "logprob": lp, "bytes": list(token.encode()), "top_logprobs": []}
        for token, lp in text
        if lp is not None
    ]
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "logprobs": {"content": content}}]}


def completion(text: Any) -> dict[str, Any]:
    """One of the older completions with `echo`, whose first token has none."""
    tokens, given = zip(*text, strict=True)
    inner = {"tokens": tokens, "token_logprobs": given, "text_offset": [0] * len(tokens)}
    return {"id": "cmpl-1", "choices": [{"text": "".join(tokens), "logprobs": inner}]}


def prompt(text: Any) -> dict[str, Any]:
    """vLLM's prompt_logprobs: the prompt's token first, then likelier ones."""
    places: list[Any] = []
    for place, (token, lp) in enumerate(text):
        own = {"logprob": lp, "rank": 7, "decoded_token": token}
        other = {"logprob": -0.01, "rank": 1, "decoded_token": "x"}
        places.append(None if lp is None else {str(place): own, "9999": other})
    return {"request_id": "1", "prompt_logprobs": places}


def prompt_in_choice(text: Any) -> dict[str, Any]:
    """The same as vLLM's server answers to completions: in the choice that completes the prompt."""
    places = prompt(text)["prompt_logprobs"]
    ids = list(range(len(places)))
    choice = {"index": 0, "text": "", "logprobs": None, "prompt_logprobs": places}
    return {"object": "text_completion", "choices": [{**choice, "prompt_token_ids": ids}]}


def listed(text: Any) -> dict[str, Any]:
    return {"tokens": [t for t, _ in text], "token_logprobs": [lp for _, lp in text]}


def batched(text: Any) -> dict[str, Any]:
    return {"custom_id": "1", "response": {"status_code": 200, "body": chat(text)}}


@pytest.mark.parametrize("form", [chat, completion, prompt, prompt_in_choice, listed, batched])
def test_every_form_gives_the_perplexities_by_their_definitions(tmp_path: Path, form: Any) -> None:
    file = write(tmp_path / "out.jsonl", [form(text) for text in TEXTS])
    report = evaluate(file)
    total = -math.fsum(lp for text in TEXTS for lp in logs(text))
    strings = list(map(spelled, TEXTS))
    units = {
        "token": sum(len(logs(text)) for text in TEXTS),
        "byte": sum(len(string.encode()) for string in strings),
        "character": sum(map(len, strings)),
        "word": sum(len(re.split(r"\s+", string)) for string in strings),
    }
    for unit, count in units.items():
        found = report[f"{unit}_perplexity"].value
        assert found == pytest.approx(math.exp(total / count), rel=1e-14), unit
    bits = total / units["byte"] / math.log(2)
    assert report["bits_per_byte"].value == pytest.approx(bits, rel=1e-14)
    assert report.task == "texts"
    assert any("log-probabilities of their tokens" in note for note in report.notes)


def test_macro_is_hugging_faces_mean_perplexity(tmp_path: Path) -> None:
    file = write(tmp_path / "out.jsonl", [listed(text) for text in TEXTS])
    # evaluate's metric: exp of the mean over the tokens of each text but the first, averaged.
    expected = np.mean([np.exp(-np.mean(logs(text))) for text in TEXTS])
    result = evaluate(file, None, "perplexity:average=macro").results[0]
    assert result.value == pytest.approx(expected, rel=1e-14)
    assert result.signature.startswith("token_perplexity|average:macro|")


def test_the_hardest_texts_are_shown_by_their_own_perplexity(tmp_path: Path) -> None:
    file = write(tmp_path / "out.jsonl", [listed(text) for text in TEXTS])
    hardest = rows(file, None, "token_perplexity:average=macro").hardest(3)
    each = [math.exp(-np.mean(logs(text))) for text in TEXTS]
    assert [row.row for row in hardest.rows] == sorted(range(3), key=lambda place: -each[place])
    assert hardest.rows[0].losses[0] == pytest.approx(max(each), rel=1e-14)
    with pytest.raises(UsageError, match="one number for all rows") as refused:
        rows(file)
    assert "-l token_perplexity:average=macro" in refused.value.hint


def test_lists_of_parquet_are_those_of_json_lines(tmp_path: Path) -> None:
    records = [listed(text) for text in TEXTS]
    file = tmp_path / "out.parquet"
    pq.write_table(pa.Table.from_pylist(records), file, row_group_size=2)
    lines = write(tmp_path / "out.jsonl", records)
    ours, theirs = evaluate(str(file)), evaluate(lines)
    assert [r.value for r in ours.results] == [r.value for r in theirs.results]


def test_documents_are_read_as_lines_are(tmp_path: Path) -> None:
    records = [chat(text) for text in TEXTS]
    expected = [r.value for r in evaluate(write(tmp_path / "out.jsonl", records)).results]
    path = tmp_path / "out.json"
    path.write_text(json.dumps(records, indent=1))
    assert [r.value for r in evaluate(str(path)).results] == expected
    path.write_text(json.dumps(records[0], indent=1))
    alone = evaluate(str(path), None, "token_perplexity").results[0].value
    assert alone == pytest.approx(math.exp(-np.mean(logs(TEXTS[0]))), rel=1e-14)


def test_lists_of_one_length_are_classes_and_not_texts(tmp_path: Path) -> None:
    records = [
        {"logprobs": [math.log(0.7), math.log(0.3)], "label": 0},
        {"logprobs": [math.log(0.2), math.log(0.8)], "label": 1},
    ]
    report = evaluate(write(tmp_path / "p.jsonl", records))
    assert report.task == "multiclass"


def sample(text: str, likelihood: float, *, strings: bool) -> dict[str, Any]:
    """A rolling log-likelihood, as lm-eval 0.4 logs it: numbers, in later versions as strings."""
    given: Any = str(likelihood) if strings else likelihood
    return {"doc_id": 0, "target": text, "resps": [[given]], "filtered_resps": [given]}


@pytest.mark.parametrize("strings", [False, True])
def test_lm_evals_rolling_likelihoods_give_its_own_numbers(tmp_path: Path, strings: bool) -> None:
    given = [("The cat saß", -20.5), (" a b  c d", -33.25), ("x", -1.5)]
    records = [sample(text, likelihood, strings=strings) for text, likelihood in given]
    file = write(tmp_path / "samples_wikitext.jsonl", records)
    # lm_eval/api/metrics.py: weighted_perplexity, bits_per_byte, perplexity, in their own words.
    total = sum(likelihood for _, likelihood in given)
    words = sum(len(re.split(r"\s+", text)) for text, _ in given)
    raw = sum(len(text.encode("utf-8")) for text, _ in given)
    expected = {
        "word_perplexity": math.exp(-total / words),
        "byte_perplexity": math.exp(-total / raw),
        "bits_per_byte": -total / raw / math.log(2),
        "text_perplexity": math.exp(-total / len(given)),
    }
    for name, value in expected.items():
        assert evaluate(file, None, name).results[0].value == pytest.approx(value, rel=1e-14)
    with pytest.raises(UsageError, match="perplexity per what") as refused:
        evaluate(file, None, "perplexity")
    assert "-l word_perplexity" in refused.value.hint


@pytest.mark.parametrize("answer", ["18", "-3"])
def test_generated_answers_that_are_numbers_are_no_log_likelihoods(
    tmp_path: Path, answer: str
) -> None:
    record = {
        "doc_id": 0,
        "target": "18",
        "resps": [[f"It is 9 · 2. #### {answer}"]],
        "filtered_resps": [answer],
        "exact_match": 1.0,
    }
    file = write(tmp_path / "samples_gsm8k.jsonl", [record, record])
    report = evaluate(file, columns=Columns(score="exact_match"), higher_is_better=True)
    assert (report.task, report.results[0].value) == ("scores", 1.0)
    with pytest.raises(UsageError):
        evaluate(file, None, "byte_perplexity")


QUESTIONS = (
    ((-4.1, "yes"), (-5.2, "definitely not"), 1),
    ((-1.0, "a"), (-3.0, "bb"), (-2.5, "ccc"), 0),
    ((-7.0, "no"), (-6.5, "never"), (-6.6, "at no time"), (-9.0, "oh"), 2),
)


def questions(*, newer: bool) -> list[dict[str, Any]]:
    records = []
    for place, (*choices, target) in enumerate(QUESTIONS):
        pairs: list[Any] = [[str(lp), "False"] if newer else [lp, False] for lp, _ in choices]
        texts: list[Any] = [["Question?", f" {text}"] for _, text in choices]
        keyed = {
            f"gen_args_{k}": {"arg_0": context, "arg_1": text}
            for k, (context, text) in enumerate(texts)
        }
        records.append(
            {
                "doc_id": place,
                "target": str(target) if newer else target,
                "arguments": keyed if newer else texts,
                "resps": [[pair] for pair in pairs],
                "filtered_resps": pairs,
            }
        )
    return records


class TestMultipleChoice:
    @pytest.mark.parametrize("newer", [False, True])
    def test_it_is_a_softmax_over_the_choices(self, tmp_path: Path, newer: bool) -> None:
        file = write(tmp_path / "samples_arc.jsonl", questions(newer=newer))
        expected = []
        for *choices, target in QUESTIONS:
            likelihoods = np.array([lp for lp, _ in choices])
            expected.append(np.log(np.exp(likelihoods).sum()) - likelihoods[target])
        report = evaluate(file, None, "ce")
        assert report["ce"].value == pytest.approx(np.mean(expected), rel=1e-12)
        assert any("-p 'norm.*'" in note for note in report.notes)

    def test_accuracies_are_lm_evals(self, tmp_path: Path) -> None:
        file = write(tmp_path / "samples_arc.jsonl", questions(newer=True))
        acc, norm = [], []
        for *choices, target in QUESTIONS:
            likelihoods = np.array([lp for lp, _ in choices])
            lengths = np.array([float(len(text)) for _, text in choices])
            acc.append(np.argmax(likelihoods) == target)
            norm.append(np.argmax(likelihoods / lengths) == target)
        by_length = Columns(pred="norm.*", label="target")
        found = evaluate(file, None, "accuracy", score=True).results[0].value
        normed = evaluate(file, None, "accuracy", score=True, columns=by_length).results[0].value
        assert (found, normed) == (pytest.approx(np.mean(acc)), pytest.approx(np.mean(norm)))
        assert np.mean(acc) != np.mean(norm)

    def test_a_target_may_be_the_text_of_its_choice(self, tmp_path: Path) -> None:
        records = questions(newer=True)
        for record, (*choices, target) in zip(records, QUESTIONS, strict=True):
            record["target"] = f" {choices[target][1]}"
        named = evaluate(write(tmp_path / "a.jsonl", records), None, "ce")["ce"].value
        plain = write(tmp_path / "b.jsonl", questions(newer=True))
        assert named == evaluate(plain, None, "ce")["ce"].value

    def test_a_target_that_is_no_choice_is_refused(self, tmp_path: Path) -> None:
        records = questions(newer=True)
        records[1]["target"] = "3"
        with pytest.raises(DataError, match="none of its 3 choices") as refused:
            evaluate(write(tmp_path / "a.jsonl", records))
        assert refused.value.position == "line 2"


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (None, "is no log-probability"),
        (0.5, "above 0"),
        (-9999.0, "not known"),
        ("x", "no log-prob"),
    ],
)
def test_an_item_that_is_no_log_probability_is_named_by_its_line(
    tmp_path: Path, item: Any, words: str
) -> None:
    records = [chat(text) for text in TEXTS]
    records[2]["choices"][0]["logprobs"]["content"][1]["logprob"] = item
    with pytest.raises(DataError, match=words) as refused:
        evaluate(write(tmp_path / "out.jsonl", records))
    assert refused.value.position == "line 3"


def test_two_models_are_compared_on_the_same_texts(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    length = rng.integers(5, 40, 60)
    cost = [rng.gamma(2.0, size=count) for count in length]
    files = [
        write(
            tmp_path / f"{name}.jsonl",
            [{"token_logprobs": (-factor * each).tolist()} for each in cost],
        )
        for name, factor in (("base", 1.0), ("small", 1.2))
    ]
    report = compare(files, None, "perplexity", resamples=200)
    [found] = report.comparisons
    mean = math.fsum(np.concatenate(cost)) / length.sum()
    assert found.difference == pytest.approx(math.exp(1.2 * mean) - math.exp(mean), rel=1e-12)
    assert found.verdict == "worse"


def test_texts_are_recommended_the_perplexity(tmp_path: Path) -> None:
    file = write(tmp_path / "out.jsonl", [chat(text) for text in TEXTS])
    assert recommend(file).loss == "token_perplexity"


def filtered(place: int, name: str, score: float) -> dict[str, Any]:
    """A sample of lm-eval whose generated answer one of its filters was given."""
    return {
        "doc_id": place,
        "target": "4",
        "resps": [["so 4"]],
        "filtered_resps": ["4"],
        "filter": name,
        "doc_hash": "0a",
        "exact_match": score,
    }


def test_the_results_of_two_filters_are_not_averaged(tmp_path: Path) -> None:
    scores = {"strict-match": [0.0, 0.0, 1.0], "flexible-extract": [1.0, 0.0, 1.0]}
    records = [
        filtered(place, name, score)
        for name, each in scores.items()
        for place, score in enumerate(each)
    ]
    one = write(tmp_path / "one.jsonl", records[:3])
    both = write(tmp_path / "both.jsonl", records)
    scored = {"higher_is_better": True}
    exact = Columns(score=("exact_match",))
    assert evaluate(one, columns=exact, **scored).results[0].value == pytest.approx(1 / 3)
    with pytest.raises(DataError, match=r"line 4, column filter: flexible-extract") as refused:
        evaluate(both, columns=exact, **scored)
    assert refused.value.hint == "Say --by-col filter."
    with pytest.raises(DataError, match="another filter"):
        compare([both, both], columns=exact, **scored)
    report = evaluate(both, columns=Columns(score=("exact_match",), by=("filter",)), **scored)
    found = {each.value_of: each.value for each in report.results[0].slices or ()}
    assert found == pytest.approx({"strict-match": 1 / 3, "flexible-extract": 2 / 3})
