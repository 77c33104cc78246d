"""Names as people write them: with a framework, without, and what is no loss at all."""

from __future__ import annotations

import numpy as np
import pytest

import losscli
from losscli.conventions.names import meaning
from losscli.errors import UsageError
from losscli.vocabulary import Kind, Task


@pytest.mark.parametrize(
    ("typed", "framework", "loss", "kind"),
    [
        ("BCELoss", "torch", "binary_cross_entropy", Kind.PROBABILITY),
        ("BCEWithLogitsLoss", "torch", "binary_cross_entropy", Kind.LOGIT),
        ("CrossEntropyLoss", "torch", "categorical_cross_entropy", Kind.LOGIT),
        ("nn.NLLLoss", "torch", "nll", None),
        ("F.kl_div", "torch", "kl_divergence", Kind.LOG_PROBABILITY),
        ("MSELoss", "torch", "mean_squared_error", None),
        ("binary_crossentropy", "keras", "binary_cross_entropy", None),
        ("sparse_categorical_crossentropy", "keras", "categorical_cross_entropy", None),
        ("tf.keras.losses.categorical_crossentropy", "keras", "categorical_cross_entropy", None),
        ("keras.losses.mean_absolute_error", "keras", "mean_absolute_error", None),
        ("torchmetrics.ConcordanceCorrCoef", "torchmetrics", "concordance_correlation", None),
        ("torchmetrics.regression.R2Score", "torchmetrics", "r2", None),
        ("brier_score_loss", "sklearn", "brier", Kind.PROBABILITY),
        ("neg_log_loss", "sklearn", "binary_cross_entropy", Kind.PROBABILITY),
        ("mlogloss", "xgboost", "categorical_cross_entropy", Kind.PROBABILITY),
        ("xgb.logloss", "xgboost", "binary_cross_entropy", Kind.PROBABILITY),
        ("binary_logloss", "lightgbm", "binary_cross_entropy", Kind.PROBABILITY),
        ("lgb.l2", "lightgbm", "mean_squared_error", None),
        ("rmse", None, "root_mean_squared_error", None),
        ("MeanSquaredError", None, "mean_squared_error", None),
        ("log_loss", None, "binary_cross_entropy", None),
    ],
)
def test_who_alone_has_a_name_is_meant_by_it(
    typed: str, framework: str | None, loss: str, kind: Kind | None
) -> None:
    found = meaning(typed)
    assert (found.framework, found.loss.id) == (framework, loss)
    assert (None if found.name is None else found.name.kind) is kind


@pytest.mark.parametrize(
    ("typed", "choices"),
    [
        ("l2", ("-l mean_squared_error", "-l half_squared_error")),
        ("CosineSimilarity", ("-l keras.CosineSimilarity", "-l cosine_similarity")),
        ("sigmoid_focal_loss", ("-l torchvision.sigmoid_focal", "-l optax.sigmoid_focal")),
        ("CrossEntropy", ("-l catboost.CrossEntropy", "-l categorical_cross_entropy")),
    ],
)
def test_a_name_of_two_meanings_is_asked(typed: str, choices: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as refused:
        meaning(typed)
    assert all(choice in refused.value.hint for choice in choices)


@pytest.mark.parametrize("typed", ["gini", "QWK", "top-k-accuracy", "torchmetrics.CohenKappa"])
def test_a_score_that_everyone_knows_is_called_that(typed: str) -> None:
    with pytest.raises(UsageError) as refused:
        meaning(typed)
    assert "is no loss" in refused.value.problem
    assert "-l " in refused.value.hint


def test_one_name_for_one_item_and_for_several_takes_several_as_classes() -> None:
    for task in (Task.MULTICLASS, Task.MULTILABEL):
        assert meaning("sklearn.log_loss", task).loss.id == "categorical_cross_entropy"
        assert meaning("hinge", task, "sklearn").loss.id == "multiclass_hinge"
    assert meaning("sklearn.log_loss", Task.BINARY).loss.id == "binary_cross_entropy"
    assert meaning("hinge", Task.MULTILABEL, "keras").loss.id == "hinge"


def test_what_is_understood_otherwise_is_said() -> None:
    assert "multiclass_hinge" in meaning("hinge", Task.MULTICLASS, "sklearn").remark
    assert "−1 ×" in meaning("neg_brier_score").remark


def test_a_parameter_may_stand_in_the_name() -> None:
    assert meaning("xgboost.tweedie-nloglik@1.2").given == (("power", "1.2"),)
    with pytest.raises(UsageError, match="nothing after @"):
        meaning("xgboost.rmse@3")


PRED, LABEL = np.array([0.9, 0.2, 0.6, 0.7]), np.array([1, 0, 0, 1])


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        ("sklearn.log_loss:normalize=False", {"losses": "sklearn.log_loss", "reduction": "sum"}),
        ("torch.nn.BCELoss:reduction=sum", {"losses": "torch.nn.BCELoss", "reduction": "sum"}),
        ("keras.BinaryCrossentropy:from_logits=True", {"losses": "bce", "kind": "logit"}),
        ("bce:pos_weight=3", {"losses": "bce", "pos_weight": np.float64(3)}),
    ],
)
def test_a_framework_s_parameter_works_under_its_name(asked: str, same: dict[str, object]) -> None:
    [found] = losscli.evaluate(PRED, LABEL, [asked]).results
    [other] = losscli.evaluate(PRED, LABEL, **same).results
    assert found.value == pytest.approx(other.value, rel=1e-15)


def test_weights_of_items_are_an_array_in_python_and_numbers_in_a_shell() -> None:
    logits, labels = (
        np.array([[1.0, -2.0, 0.5], [0.3, 0.1, -1.0]]),
        np.array([[1, 0, 1], [0, 1, 1]]),
    )
    [array] = losscli.evaluate(
        logits, labels, "BCEWithLogitsLoss", pos_weight=np.array([2.0, 0.5, 3.0])
    ).results
    [text] = losscli.evaluate(logits, labels, "BCEWithLogitsLoss:pos_weight=2,0.5,3").results
    assert array.value == text.value


@pytest.mark.parametrize(
    ("asked", "form"),
    [
        ("sklearn.log_loss:sample_weight=1", "--weight"),
        ("torch.nn.CrossEntropyLoss:weight=1", "--class-weight"),
        ("sklearn.brier_score_loss:pos_label=1", "--classes"),
        ("torchmetrics.mean_squared_error:squared=False", "rmse"),
        ("keras.BinaryFocalCrossentropy:alpha=0.25", "apply_class_balancing"),
    ],
)
def test_what_is_said_otherwise_here_names_the_form(asked: str, form: str) -> None:
    with pytest.raises(UsageError) as refused:
        losscli.evaluate(PRED, LABEL, [asked])
    assert form in f"{refused.value.problem} {refused.value.hint}"


def test_classes_may_be_called_labels_in_any_order() -> None:
    words = ["yay", "nay", "nay", "yay"]
    [found] = losscli.evaluate(PRED, words, "sklearn.log_loss", labels=["yay", "nay"]).results
    [plain] = losscli.evaluate(PRED, LABEL, "sklearn.log_loss").results
    assert found.value == plain.value


def test_get_loss_takes_every_name() -> None:
    assert losscli.get_loss("sklearn.log_loss") is losscli.get_loss("bce")
