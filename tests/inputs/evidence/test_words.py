"""What the name of a column says."""

from __future__ import annotations

import pytest

from losscli.inputs.evidence.words import Says, base, item, parted, says, split


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("PassengerId", ("passenger", "id")),
        ("SK_ID_CURR", ("sk", "id", "curr")),
        ("True Label", ("true", "label")),
        ("y-pred", ("y", "pred")),
        ("RawFormulaVal:Class=0", ("raw", "formula", "val", "class", "0")),
        ("q0.9", ("q", "0.9")),
        ("HTTPScore", ("http", "score")),
    ],
)
def test_a_name_is_split_at_capitals_blanks_and_signs(name: str, words: tuple[str, ...]) -> None:
    assert split(name) == words


SAID = {
    Says.PREDICTION: "pred y_pred yhat y_hat Predicted_Price survived_pred pctr forecast_kw p "
    "ModelScore",
    Says.LABEL: "y label True_Label gold y_true actual_kw targetValue true_prob",
    Says.KEY: "id PassengerId SK_ID_CURR unique_id rowIndex uuid",
    Says.WEIGHT: "weight sample_weight w caseWeight",
    Says.SCALE: "std sigma forecast_sd".split(" forecast")[0],
    Says.VARIANCE: "var variance",
    Says.HARD_CLASS: "pred_class PredictedLabel",
}


@pytest.mark.parametrize(
    ("name", "role"), [(name, role) for role, names in SAID.items() for name in names.split()]
)
def test_one_table_of_words_says_what_a_column_is(name: str, role: Says) -> None:
    assert says(name) is role


@pytest.mark.parametrize("name", ["price", "zone_k", "store", "text", "p_cat", "valid", "1", ""])
def test_other_names_say_nothing(name: str) -> None:
    assert says(name) is None


def test_a_prediction_is_named_after_what_it_predicts() -> None:
    assert base("predicted_price") == base("price") == ("price",)
    assert base("y_true_kw") == base("kw_forecast") == ("kw",)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("p0", ("p", "0")),
        ("logit12", ("logit", "12")),
        ("z_a", ("z_", "a")),
        ("Class=3", ("Class=", "3")),
        ("cat", None),
        ("3", None),
    ],
)
def test_a_group_of_columns_shares_a_stem(name: str, parts: tuple[str, str] | None) -> None:
    assert parted(name) == parts


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("forecast_mean", Says.MEAN),
        ("pred_std", Says.SCALE),
        ("sigma_hat", Says.SCALE),
        ("yhat_lower", Says.LOWER),
        ("pred_var", Says.VARIANCE),
        ("price", None),
    ],
)
def test_the_items_of_a_forecast_go_by_their_names(name: str, spoken: Says | None) -> None:
    assert item(name) is spoken


@pytest.mark.parametrize("name", ["pred_std", "yhat_upper", "prediction_variance"])
def test_a_spread_is_no_prediction_though_it_is_called_one(name: str) -> None:
    assert says(name) is not Says.PREDICTION
