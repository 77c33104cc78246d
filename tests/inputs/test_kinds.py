"""Files as tools and people write them, each read by the rule that holds for its kind.

Losses are written out, so that a column taken for another shows as another number.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import losscli
from losscli.errors import Choice, DataError, UsageError

ANSWERS = np.array([1, 0, 1, 1, 0, 0])
CHANCES = np.array([0.875, 0.25, 0.5, 0.75, 0.125, 0.375])
BCE = float(-np.mean(np.log(np.where(ANSWERS, CHANCES, 1.0 - CHANCES))))
HARD = (CHANCES > 0.4).astype(int)
REAL = np.array([5.5, 2.25, 9.0, 4.75, 8.5, 1.25])
GUESS = np.array([5.0, 3.0, 8.25, 5.5, 8.0, 2.0])
MAE = float(np.mean(np.abs(REAL - GUESS)))
CLASS = np.array([2, 0, 1, 1, 2, 0])
SHARES = np.array(
    [
        [0.125, 0.25, 0.625],
        [0.5, 0.25, 0.25],
        [0.25, 0.5, 0.25],
        [0.125, 0.75, 0.125],
        [0.0625, 0.1875, 0.75],
        [0.75, 0.125, 0.125],
    ]
)
CE = float(-np.mean(np.log(SHARES[np.arange(6), CLASS])))
KINDS = np.array(["ash", "birch", "cedar"])
WORDS = np.where(ANSWERS, "yes", "no")
NAMES = [f"leaf_{i}.png" for i in range(6)]
TURNED = np.array([3, 0, 5, 1, 4, 2])
Columns = dict[str, Any]


def csv(path: Path, columns: Columns, **how: Any) -> Path:
    pd.DataFrame(columns).to_csv(path, index=False, **how)
    return path


def shares(form: str, order: Sequence[int] = (0, 1, 2), of: Any = KINDS) -> Columns:
    return {form.format(of[i]): SHARES[:, i] for i in order}


ONE_TABLE: list[tuple[str, Columns, float]] = [
    ("bce", {"y": ANSWERS, "yhat": CHANCES}, BCE),
    ("bce", {"ground_truth": ANSWERS, "score": CHANCES}, BCE),
    ("bce", {"Actual": ANSWERS, "P(1)": CHANCES}, BCE),
    ("bce", {"y_test": ANSWERS, "proba_1": CHANCES}, BCE),
    ("bce", {"is_fraud": ANSWERS, "fraud_score": CHANCES}, BCE),
    ("bce", {"converted": ANSWERS, "p_converted": CHANCES}, BCE),
    ("bce", {"user_id": [7, 3, 9, 4, 2, 8], "clicked": ANSWERS, "ctr": CHANCES}, BCE),
    ("bce", {"churn": ANSWERS, "churn_pred": HARD, "churn_prob": CHANCES}, BCE),
    ("bce", {"Survived": ANSWERS, "prediction_label": HARD, "prediction_score": CHANCES}, BCE),
    ("bce", {"outcome": WORDS, "prob_yes": CHANCES}, BCE),
    ("bce", {"fold": [0, 1, 2, 0, 1, 2], "target": ANSWERS, "oof_pred": CHANCES}, BCE),
    ("ce", {"predict": HARD, "p0": 1 - CHANCES, "p1": CHANCES, "target": ANSWERS}, BCE),
    ("mae", {"measured": REAL, "modelled": GUESS}, MAE),
    ("mae", {"Erwartet": REAL, "Vorhersage": GUESS}, MAE),
    ("mae", {"Prédiction": GUESS, "Réel": REAL}, MAE),
    ("mae", {"真实值": REAL, "预测值": GUESS}, MAE),
    ("mae", {"y": REAL, "yhat": GUESS, "yhat_lower": GUESS - 1, "yhat_upper": GUESS + 1}, MAE),
    ("mae", {"truth": REAL, "pred": GUESS, "pred_std": [1.5] * 6}, MAE),
    ("mae", {"unique_id": list("aaabbb"), "ds": [1, 2, 3] * 2, "y": REAL, "LGBM": GUESS}, MAE),
    ("mae", {"SalePrice": 4 * REAL, "Prediction": 4 * GUESS, "Id": range(6)}, 4 * MAE),
    ("mae", {"load_actual_mw": REAL, "load_forecast_mw": GUESS, "hour": range(6)}, MAE),
    ("ce", {"y": CLASS, **shares("prob_{}", (2, 0, 1), range(3))}, CE),
    ("ce", {"species": KINDS[CLASS], **shares("P_{}", (1, 0, 2))}, CE),
    ("ce", {"species": KINDS[CLASS], **shares("{}", (2, 0, 1)), "predicted": KINDS[CLASS]}, CE),
    ("ce", {"predict": KINDS[0], **shares("{}"), "species": KINDS[CLASS]}, CE),
    ("ce", {"label": KINDS[CLASS], **shares("{}_prob", (2, 1, 0))}, CE),
    ("ce", {"y": KINDS[CLASS], **shares("probability({})", (2, 1, 0))}, CE),
    ("ce", {"tree": KINDS[CLASS], **shares("P (tree={})"), "Prediction (tree)": KINDS[0]}, CE),
    ("ce", {"label": np.char.title(KINDS[CLASS]), **shares("{}", (1, 2, 0))}, CE),
    ("ce", {"label": CLASS - 1, **shares("p_{}", (1, 2, 0), (-1, 0, 1))}, CE),
    ("ce", {"truth": KINDS[CLASS], ".pred_class": KINDS[0], **shares(".pred_{}", (2, 1, 0))}, CE),
]


@pytest.mark.parametrize(("loss", "columns", "value"), ONE_TABLE, ids=lambda each: str(each)[:60])
def test_the_roles_of_one_table(loss: str, columns: Columns, value: float, tmp_path: Path) -> None:
    found = losscli.evaluate(csv(tmp_path / "a.csv", columns), losses=loss)
    assert found[loss].value == pytest.approx(value, rel=1e-14)


ASKED: list[Columns] = [
    {"lat": REAL, "lon": GUESS},
    {"y_true": REAL, "y_pred_forest": GUESS, "y_pred_trees": GUESS + 1},
    {"y": REAL, "Q1": GUESS, "Q2": GUESS + 1, "Q3": GUESS + 2},
    {"mean": GUESS, "std": REAL, "obs": REAL},
]


@pytest.mark.parametrize("columns", ASKED, ids=str)
def test_where_several_readings_fit_whole_choices_are_offered(
    columns: Columns, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as asked:
        losscli.evaluate(csv(tmp_path / "a.csv", columns), losses="mae")
    readings = [choice for choice in asked.value.choices if not choice.verb]
    assert all("--pred-col" in choice.words for choice in readings)
    assert len(asked.value.choices) > 1


@pytest.mark.parametrize(
    "beside",
    [
        ("prediction_label", HARD),
        ("prediction", HARD),
        ("pred", HARD),
        ("guess", np.where(HARD, "yes", "no")),
    ],
)
def test_how_sure_a_predicted_class_is_is_no_probability(
    beside: tuple[str, Any], tmp_path: Path
) -> None:
    sure = np.where(HARD, 0.5 + CHANCES / 4, 0.75)
    label = WORDS if beside[0] == "guess" else ANSWERS
    path = csv(tmp_path / "a.csv", {"outcome": label, beside[0]: beside[1], "score": sure})
    with pytest.raises(UsageError, match="not the probability of one class"):
        losscli.evaluate(path)
    named = losscli.Columns(pred="score", label="outcome")
    assert losscli.evaluate(path, losses="bce", columns=named).results


@pytest.mark.parametrize(
    "names", [("prob_rf", "prob_nn"), ("p_old", "p_new"), ("score_a", "score_b")]
)
def test_two_models_of_one_prefix_are_no_two_classes_of_the_label(
    names: tuple[str, str], tmp_path: Path
) -> None:
    one, other = names
    columns = {one: CHANCES, other: CHANCES[::-1] / 2}
    with pytest.raises(UsageError, match="which column is the prediction"):
        losscli.evaluate(csv(tmp_path / "a.csv", {**columns, "label": ANSWERS}))
    pred, label = csv(tmp_path / "p.csv", columns), csv(tmp_path / "y.csv", {"label": ANSWERS})
    with pytest.raises(UsageError, match="two models' predictions"):
        losscli.evaluate(pred, label)
    assert losscli.evaluate(pred, label, task="multilabel").results
    shares = csv(tmp_path / "s.csv", {one: CHANCES, other: 1 - CHANCES, "label": ANSWERS})
    assert losscli.evaluate(shares, losses="ce").results


@pytest.mark.parametrize("labelled_apart", [False, True])
@pytest.mark.parametrize("classes", [["NEGATIVE", "POSITIVE"], ["anger", "fear", "joy"]])
def test_a_class_and_how_sure_it_is_are_no_label_and_its_probability(
    classes: list[str], labelled_apart: bool, tmp_path: Path
) -> None:
    guessed = [classes[place % len(classes)] for place in range(12)]
    sure = np.linspace(1 / len(classes) + 0.01, 0.99, 12)
    documents = [
        {"label": label, "score": score} for label, score in zip(guessed, sure, strict=True)
    ]
    said = tmp_path / "answers.json"
    said.write_text(json.dumps(documents))
    truth = csv(tmp_path / "truth.csv", {"mood": guessed[::-1]}) if labelled_apart else None
    with pytest.raises(UsageError, match="how sure label is, not the probability of one class"):
        losscli.evaluate(said, truth)


def test_outputs_named_after_labels_of_their_own_are_read_with_them(tmp_path: Path) -> None:
    columns = {"text": NAMES, "toxic": ANSWERS, "threat": 1 - ANSWERS}
    guesses = {"threat_pred": CHANCES, "toxic_pred": CHANCES}
    report = losscli.evaluate(csv(tmp_path / "a.csv", {**columns, **guesses}), losses="bce")
    other = float(-np.mean(np.log(np.where(ANSWERS, 1.0 - CHANCES, CHANCES))))
    assert report["bce"].value == pytest.approx((BCE + other) / 2.0, rel=1e-14)
    assert report.task == "multilabel"


TWO_TABLES: list[tuple[Columns, Columns]] = [
    ({"Id": range(6), "p": CHANCES}, {"ID": TURNED, "y": ANSWERS[TURNED]}),
    ({"image": NAMES, "p": CHANCES}, {"image": np.array(NAMES)[TURNED], "y": ANSWERS[TURNED]}),
    ({"name": NAMES, "p": CHANCES}, {"file": np.array(NAMES)[TURNED], "y": ANSWERS[TURNED]}),
    (
        {"a": [1, 1, 1, 2, 2, 2], "b": [1, 2, 3] * 2, "value": CHANCES},
        {
            "b": np.array([1, 2, 3] * 2)[TURNED],
            "a": np.array([1, 1, 1, 2, 2, 2])[TURNED],
            "value": ANSWERS[TURNED],
        },
    ),
]


@pytest.mark.parametrize(("pred", "label"), TWO_TABLES, ids=["Id", "image", "names", "a, b"])
def test_rows_are_paired_by_what_identifies_them(
    pred: Columns, label: Columns, tmp_path: Path
) -> None:
    one, other = csv(tmp_path / "p.csv", pred), csv(tmp_path / "y.csv", label)
    found = losscli.evaluate(one, other, "bce")
    assert found["bce"].value == pytest.approx(BCE, rel=1e-14)
    assert any("paired by" in note for note in found.notes)


def test_rows_that_are_missing_on_one_side_end_in_an_error(tmp_path: Path) -> None:
    one = csv(tmp_path / "p.csv", {"name": NAMES, "p": CHANCES})
    other = csv(tmp_path / "y.csv", {"file": NAMES[:-1], "y": ANSWERS[:-1]})
    with pytest.raises(DataError):
        losscli.evaluate(one, other, "bce")


def rows(*, nested: bool = False) -> list[dict[str, Any]]:
    pairs = zip(ANSWERS.tolist(), CHANCES.tolist(), strict=True)
    if nested:
        return [{"text": "a", "gold": y, "output": {"label": "x", "prob": p}} for y, p in pairs]
    return [{"target": y, "prob": p} for y, p in pairs]


FRAME = pd.DataFrame({"y": ANSWERS, "p": CHANCES})
DOCUMENTS: dict[str, Callable[[], str]] = {
    "records": lambda: json.dumps(rows()),
    "indented": lambda: json.dumps(rows(), indent=2),
    "nested": lambda: json.dumps(rows(nested=True)),
    "lines": lambda: "\n".join(map(json.dumps, rows())),
    "columns": lambda: json.dumps({"y_true": ANSWERS.tolist(), "y_pred": CHANCES.tolist()}),
    "columns and scalars": lambda: json.dumps(
        {"predictions": CHANCES.tolist(), "targets": ANSWERS.tolist(), "model": "a", "auc": 0.5}
    ),
    "wrapped": lambda: json.dumps({"results": rows()}),
    "split": lambda: FRAME.to_json(orient="split"),
    "table": lambda: FRAME.to_json(orient="table"),
    "index": lambda: FRAME.to_json(orient="index"),
}


@pytest.mark.parametrize("form", DOCUMENTS)
def test_documents_of_json(form: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(DOCUMENTS[form]())
    assert losscli.evaluate(path, losses="bce")["bce"].value == pytest.approx(BCE, rel=1e-14)


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("inner.csv", FRAME.to_csv(index=False))


def padded(path: Path) -> None:
    pairs = zip(ANSWERS, CHANCES, strict=True)
    path.write_text("y     p\n" + "".join(f"{y:<5d} {p:.4f}\n" for y, p in pairs))


SAVED: dict[str, Callable[[Path], Any]] = {
    "semicolons and decimal commas": lambda path: FRAME.to_csv(
        path, index=False, sep=";", decimal=","
    ),
    "tabs": lambda path: FRAME.to_csv(path, index=False, sep="\t"),
    "pipes": lambda path: FRAME.to_csv(path, index=False, sep="|"),
    "an index": lambda path: FRAME.to_csv(path),
    "comments": lambda path: path.write_text("# made today\n" + FRAME.to_csv(index=False)),
    "a title": lambda path: path.write_text("Results\n\n" + FRAME.to_csv(index=False)),
    "padding": padded,
    "UTF-16": lambda path: path.write_bytes(FRAME.to_csv(index=False).encode("utf-16")),
    "gzip": lambda path: path.write_bytes(gzip.compress(FRAME.to_csv(index=False).encode())),
    "zip": zipped,
    "Parquet": FRAME.to_parquet,
    "Feather": FRAME.to_feather,
}


@pytest.mark.parametrize("form", SAVED)
def test_tables_as_they_are_saved(form: str, tmp_path: Path) -> None:
    path = tmp_path / "a.dat"
    SAVED[form](path)
    assert losscli.evaluate(path, losses="bce")["bce"].value == pytest.approx(BCE, rel=1e-14)


ARCHIVES: list[tuple[str, dict[str, Any], float]] = [
    ("bce", {"y_score": CHANCES, "y_test": ANSWERS}, BCE),
    ("bce", {"x": SHARES, "y": ANSWERS, "yhat": CHANCES}, BCE),
    ("bce", {"y_pred": HARD, "y_prob": CHANCES, "y_true": ANSWERS}, BCE),
    ("ce", {"probs": SHARES, "labels": CLASS, "preds": CLASS}, CE),
    ("ce", {"X_test": REAL, "y_test": CLASS, "y_proba": SHARES}, CE),
    ("mae", {"predictions": GUESS, "label_ids": REAL}, MAE),
]


@pytest.mark.parametrize(("loss", "arrays", "value"), ARCHIVES, ids=lambda each: str(each)[:40])
def test_archives_by_the_names_of_their_arrays(
    loss: str, arrays: dict[str, Any], value: float, tmp_path: Path
) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    found = losscli.evaluate(tmp_path / "a.npz", losses=loss)
    assert found[loss].value == pytest.approx(value, rel=1e-14)


def test_an_archive_beside_labels_in_memory(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", probs=CHANCES, preds=HARD)
    found = losscli.evaluate(tmp_path / "a.npz", ANSWERS, "bce")
    assert found["bce"].value == pytest.approx(BCE, rel=1e-14)


def test_archives_without_telling_names_are_asked_about(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", CHANCES, ANSWERS)
    with pytest.raises(UsageError, match="which is the prediction") as asked:
        losscli.evaluate(tmp_path / "a.npz")
    archive = f"{tmp_path}/a.npz"
    offered = Choice((f"{archive}::arr_0", f"{archive}::arr_1"), instead_of=archive)
    assert offered in asked.value.choices


def test_archives_are_compared_by_the_names_of_their_arrays(tmp_path: Path) -> None:
    one, other = tmp_path / "one.npz", tmp_path / "other.npz"
    np.savez(one, y_prob=CHANCES, y_true=ANSWERS, y_pred=HARD)
    np.savez(other, probs=CHANCES[::-1], labels=ANSWERS)
    assert losscli.compare([one, other], losses="bce").comparisons
    np.savez(other, probs=CHANCES[::-1], labels=1 - ANSWERS)
    with pytest.raises(DataError, match="these are not the same rows"):
        losscli.compare([one, other], losses="bce")


WITHOUT_HEADER: dict[str, tuple[list[Any], bool]] = {
    "from 0": (CLASS.tolist(), True),
    "from 1": ((CLASS + 1).tolist(), True),
    "from 0, beside them": (CLASS.tolist(), False),
}


@pytest.mark.parametrize(("labels", "apart"), WITHOUT_HEADER.values(), ids=WITHOUT_HEADER)
def test_probabilities_of_classes_without_a_header(
    labels: list[int], apart: bool, tmp_path: Path
) -> None:
    pred, label = tmp_path / "p.csv", tmp_path / "y.csv"
    if apart:
        np.savetxt(pred, SHARES, fmt="%.6f", delimiter=",")
        np.savetxt(label, labels, fmt="%d")
    else:
        np.savetxt(pred, np.column_stack([labels, SHARES]), fmt="%.6g", delimiter=",")
    found = losscli.evaluate(pred, label if apart else None, "ce")
    assert found["ce"].value == pytest.approx(CE, rel=1e-12)


def test_labels_that_could_count_nameless_columns_from_0_or_1_are_asked_about(
    tmp_path: Path,
) -> None:
    pred, label = tmp_path / "p.csv", tmp_path / "y.csv"
    np.savetxt(pred, SHARES, fmt="%.6f", delimiter=",")
    np.savetxt(label, np.minimum(CLASS + 1, 2), fmt="%d")
    with pytest.raises(UsageError, match="from 0 or from 1") as asked:
        losscli.evaluate(pred, label, "ce")
    assert [choice.words for choice in asked.value.choices] == [
        ("--classes", "0,1,2"),
        ("--classes", "1,2,3"),
    ]


QUOTED = {
    name: "".join(
        f"{row}\n" for row in ("'truth','prob'", *map(form.format, answers, CHANCES.tolist()))
    )
    for name, form, answers in (
        ("numbers", "'{}','{}'", ANSWERS),
        ("names", "{},{}", ANSWERS),
        ("words", "'{}',{}", WORDS),
    )
}


@pytest.mark.parametrize("text", QUOTED.values(), ids=QUOTED)
def test_cells_in_single_quotes(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text)
    found = losscli.evaluate(tmp_path / "a.csv", losses="bce")
    assert found["bce"].value == pytest.approx(BCE, rel=1e-14)


@pytest.mark.parametrize("form", ["${:.2f}", "{:.2f} €", "£ {:.2f}"])
def test_amounts_of_money_are_numbers(form: str, tmp_path: Path) -> None:
    table = {"price": REAL, "predicted_price": GUESS}
    written = {name: [form.format(each) for each in column] for name, column in table.items()}
    found = losscli.evaluate(csv(tmp_path / "a.csv", written), losses="mae")
    assert found["mae"].value == pytest.approx(MAE, rel=1e-14)


def test_amounts_of_two_currencies_are_not_compared(tmp_path: Path) -> None:
    written = {"price": [f"${x}" for x in REAL], "predicted_price": [f"€{x}" for x in REAL]}
    with pytest.raises(UsageError):
        losscli.evaluate(csv(tmp_path / "a.csv", written))


ELSEWHERE = {
    "German": ("Istwert", "Vorhersage"),
    "French": ("réel", "prédit"),
    "French, without accents": ("reel", "predit"),
    "Spanish": ("valor_observado", "predicción"),
    "Italian": ("valore reale", "previsione"),
    "Portuguese": ("observado", "previsão"),
    "Russian": ("фактический", "прогноз"),
    "Chinese": ("真实值", "预测值"),
    "Japanese": ("正解", "予測"),
    "Korean": ("실제값", "예측값"),
    "Julia": ("y", "ŷ"),
    "letters of quantities": ("Qobs", "Qsim"),
}


@pytest.mark.parametrize(("label", "pred"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_names_in_other_languages(label: str, pred: str, tmp_path: Path) -> None:
    found = losscli.evaluate(csv(tmp_path / "a.csv", {label: REAL, pred: GUESS}), losses="mae")
    assert found["mae"].value == pytest.approx(MAE, rel=1e-14)
    said = f"prediction from column {pred}; label from column {label}"
    assert any(said in note for note in found.notes)


def test_labels_are_the_words_that_repeat_beside_texts(tmp_path: Path) -> None:
    table = {"review": NAMES, "sentiment": WORDS, "yes_score": CHANCES}
    found = losscli.evaluate(csv(tmp_path / "a.csv", table), losses="bce")
    assert found["bce"].value == pytest.approx(BCE, rel=1e-14)


@pytest.mark.parametrize("positive", ["spam", "ham"])
def test_the_name_of_a_probability_tells_the_positive_class(positive: str, tmp_path: Path) -> None:
    other = {"spam": "ham", "ham": "spam"}[positive]
    table = {"label": np.where(ANSWERS, positive, other), f"{positive}_probability": CHANCES}
    found = losscli.evaluate(csv(tmp_path / "a.csv", table), losses="bce")
    assert found["bce"].value == pytest.approx(BCE, rel=1e-14)


def test_scores_of_a_scale_of_their_own_are_no_logits(tmp_path: Path) -> None:
    table = {"is_fraud": ANSWERS, "fraud_score": (CHANCES * 1000).astype(int)}
    with pytest.raises(UsageError, match="neither probabilities nor logits") as asked:
        losscli.evaluate(csv(tmp_path / "a.csv", table))
    assert asked.value.choices[0].words == ("-l", "auc")
    found = losscli.evaluate(tmp_path / "a.csv", losses="auc")
    assert found.results[0].value is not None


def test_labels_of_several_questions_and_the_predictions_named_after_them(tmp_path: Path) -> None:
    table = {"rain": ANSWERS, "wind": 1 - ANSWERS, "rain_prob": CHANCES, "wind_prob": 1 - CHANCES}
    found = losscli.evaluate(csv(tmp_path / "a.csv", table), losses="bce")
    assert found["bce"].value == pytest.approx(BCE, rel=1e-12)


def test_the_predicted_class_beside_how_sure_it_is(tmp_path: Path) -> None:
    table = {"actual": KINDS[CLASS], "predicted": KINDS[SHARES.argmax(1)]}
    table["prediction"] = SHARES.max(axis=1)
    found = losscli.evaluate(csv(tmp_path / "a.csv", table))
    assert found.results[0].loss == "zero_one"


def test_the_two_ends_of_an_interval_are_offered_together(tmp_path: Path) -> None:
    table = {"actual": REAL, "lower": GUESS - 2, "upper": GUESS + 2}
    with pytest.raises(UsageError, match="which column is the prediction") as asked:
        losscli.evaluate(csv(tmp_path / "a.csv", table))
    assert "interval_score:alpha=0.1" in asked.value.choices[0].words


REPORT = "Sales of March,,\nas of 2024,,\nshop,actual,predicted\n"


def test_titles_that_a_spreadsheet_padded(tmp_path: Path) -> None:
    rows = [f"{i}a,{a},{b}" for i, (a, b) in enumerate(zip(REAL, GUESS, strict=True))]
    (tmp_path / "a.csv").write_text(REPORT + "\n".join(rows) + "\n")
    found = losscli.evaluate(tmp_path / "a.csv", losses="mae")
    assert found["mae"].value == pytest.approx(MAE, rel=1e-14)


@pytest.mark.parametrize("word", ["Total", "SUM:", "Summe"])
def test_a_line_that_sums_up_the_others_is_no_row(word: str, tmp_path: Path) -> None:
    rows = [f"{i}a,{a},{b}" for i, (a, b) in enumerate(zip(REAL, GUESS, strict=True))]
    rows.append(f"{word},{REAL.sum()},{GUESS.sum()}")
    (tmp_path / "a.csv").write_text("shop,actual,predicted\n" + "\n".join(rows) + "\n")
    with pytest.raises(DataError, match="sums up the rows above") as refused:
        losscli.evaluate(tmp_path / "a.csv")
    assert refused.value.position == "line 8"


def test_a_class_may_be_called_like_a_total(tmp_path: Path) -> None:
    words = np.where(ANSWERS, "good", "average")
    table = {"label": words, "good_prob": CHANCES}
    found = losscli.evaluate(csv(tmp_path / "a.csv", table), losses="bce")
    assert found["bce"].value == pytest.approx(BCE, rel=1e-14)
