"""Numbers of the sample data as frameworks print them, with ordinary variations and slips.

Run where scikit-learn, torch, Keras (torch backend), torchmetrics and XGBoost are installed;
it writes numbers.json beside this file. `text` is the number at the digits that a log
shows; `loss` names the losses that are right, `words` what the answer must say (any of each list).
"""

from __future__ import annotations

import json
import os
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import pandas as pd
import sklearn.metrics as sk
import torch
import torch.nn.functional as torch_losses
import torchmetrics.functional as tm
import xgboost

HERE = Path(__file__).parent
SAMPLES = HERE.parents[2] / "sample_data"
CASES: list[dict[str, Any]] = []


def case(
    files: list[str], flags: list[str], name: str, number: Any, digits: int, loss: str, *words: str
) -> None:
    """Keep a number of these files, read with these flags."""
    CASES.append(
        {
            "name": name,
            "text": f"{float(number):.{digits}g}",
            "files": files,
            "flags": flags,
            "loss": loss.split("|"),
            "words": [word.split("|") for word in words],
        }
    )


BCE, CE, MSE = "binary_cross_entropy", "categorical_cross_entropy", "mean_squared_error"


def t(array: Any) -> torch.Tensor:
    return torch.tensor(np.asarray(array))


def binary() -> None:
    frame = pd.read_csv(SAMPLES / "breast_cancer.csv")
    y = frame.label.to_numpy()
    p, rf, z = (frame[name].to_numpy() for name in ("prob", "prob_rf", "logit"))
    of_prob, of_forest, of_logit = (
        partial(case, ["breast_cancer.csv"], ["-p", name]) for name in ("prob", "prob_rf", "logit")
    )
    yt = t(y).double()
    of_prob("sklearn log_loss", sk.log_loss(y, p), 7, BCE)
    of_forest("sklearn log_loss, sure and wrong", sk.log_loss(y, rf), 5, BCE, "sklearn")
    of_forest(
        "torch BCELoss, sure and wrong",
        torch_losses.binary_cross_entropy(t(rf), yt),
        5,
        BCE,
        "torch",
    )
    of_forest("keras BinaryCrossentropy", keras.losses.BinaryCrossentropy()(y, rf), 5, BCE, "keras")
    of_logit(
        "BCEWithLogitsLoss of logits",
        torch_losses.binary_cross_entropy_with_logits(t(z), yt),
        6,
        BCE,
    )
    of_prob(
        "BCEWithLogitsLoss of probabilities",
        torch_losses.binary_cross_entropy_with_logits(t(p), yt),
        6,
        BCE,
        "sigmoid too many",
    )
    of_logit(
        "BCEWithLogitsLoss, sum",
        torch_losses.binary_cross_entropy_with_logits(t(z), yt, reduction="sum"),
        6,
        BCE,
        "sum",
    )
    ratio = (y == 0).sum() / (y == 1).sum()
    of_logit(
        "pos_weight",
        torch_losses.binary_cross_entropy_with_logits(t(z), yt, pos_weight=t(ratio)),
        6,
        BCE,
        "pos_weight",
    )
    of_logit(
        "keras, from_logits forgotten",
        keras.losses.BinaryCrossentropy()(y, z),
        6,
        BCE,
        "from_logits",
    )
    of_prob("keras focal", keras.losses.BinaryFocalCrossentropy()(y, p), 5, "binary_focal")
    of_prob(
        "keras focal, gamma 3",
        keras.losses.BinaryFocalCrossentropy(gamma=3)(y, p),
        5,
        "binary_focal",
        "gamma=3",
    )
    of_prob(
        "keras focal, balanced",
        keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True)(y, p),
        5,
        "binary_focal",
        "alpha=0.25|torch|keras",
    )
    of_prob("sklearn brier", sk.brier_score_loss(y, p), 6, "brier|mean_squared_error")
    of_prob(
        "accuracy",
        sk.accuracy_score(y, p > 0.5),
        5,
        "zero_one|hamming",
        "accuracy|subtracted from 1",
    )
    of_logit("sklearn hinge", sk.hinge_loss(y, z), 6, "hinge")
    of_prob(
        "balanced log_loss",
        sk.log_loss(y, p, sample_weight=len(y) / 2 / np.bincount(y)[y]),
        6,
        BCE,
        "balanced",
    )
    of_prob(
        "positive class taken for the negative",
        sk.log_loss(1 - y, p),
        5,
        BCE,
        "positive class|swapped|reversed",
    )
    last = len(y) // 32 * 32
    of_prob(
        "torch, last batch of 32",
        torch_losses.binary_cross_entropy(t(p[last:]), yt[last:]),
        6,
        BCE,
        "last batch",
    )
    means = [
        torch_losses.binary_cross_entropy(t(p[i : i + 32]), yt[i : i + 32]).item()
        for i in range(0, len(y), 32)
    ]
    of_prob("torch, mean of batch means", np.mean(means), 6, BCE, "batches of 32")
    of_prob(
        "torch, column against row",
        torch_losses.binary_cross_entropy(
            t(np.broadcast_to(p[:, None], (len(p), len(p))).copy()),
            t(np.broadcast_to(yt, (len(p), len(p))).copy()),
        ),
        6,
        BCE,
        "every prediction",
    )
    of_prob(
        "torchmetrics calibration error",
        tm.classification.binary_calibration_error(t(p), t(y)),
        5,
        "calibration_error",
    )
    of_forest(
        "sklearn log_loss in float32", sk.log_loss(y, rf.astype(np.float32)), 6, BCE, "float32"
    )
    of_logit("keras squared hinge", keras.losses.SquaredHinge()(y, z), 5, "squared_hinge")
    train = xgboost.DMatrix(np.zeros((len(y), 1)), label=y)
    train.set_base_margin(z)
    found = xgboost.train(
        {"objective": "binary:logistic", "eval_metric": ["logloss"], "max_depth": 0, "eta": 0.0},
        train,
        0,
    ).eval(train)
    of_logit("xgboost logloss", found.rpartition(":")[2], 12, BCE)


def multiclass() -> None:
    y = np.load(SAMPLES / "digits_labels.npy")
    p, z = np.load(SAMPLES / "digits_probs.npy"), np.load(SAMPLES / "digits_logits.npy")
    of_probs, of_logits = (
        partial(case, [f"digits_{name}.npy", "digits_labels.npy"], [])
        for name in ("probs", "logits")
    )
    yt = t(y)
    of_probs("sklearn log_loss, ten classes", sk.log_loss(y, p), 6, CE + "|nll")
    of_logits("CrossEntropyLoss", torch_losses.cross_entropy(t(z), yt), 6, CE)
    of_logits("CrossEntropyLoss in float32", torch_losses.cross_entropy(t(z).float(), yt), 9, CE)
    of_probs(
        "CrossEntropyLoss of probabilities",
        torch_losses.cross_entropy(t(p), yt),
        6,
        CE,
        "softmax too many",
    )
    of_logits(
        "CrossEntropyLoss, label smoothing",
        torch_losses.cross_entropy(t(z), yt, label_smoothing=0.1),
        6,
        CE,
        "label_smoothing=0.1",
    )
    weight = len(y) / 10 / np.bincount(y)
    of_logits(
        "CrossEntropyLoss, balanced",
        torch_losses.cross_entropy(t(z), yt, weight=t(weight)),
        7,
        CE,
        "balanced",
    )
    of_logits(
        "CrossEntropyLoss, sum", torch_losses.cross_entropy(t(z), yt, reduction="sum"), 6, CE, "sum"
    )
    of_probs(
        "NLLLoss of probabilities", torch_losses.nll_loss(t(p), yt), 6, "nll|zero_one", "log-prob"
    )
    of_logits("NLLLoss of logits", torch_losses.nll_loss(t(z), yt), 6, "nll", "log-prob")
    of_logits(
        "softmax over axis 0",
        torch_losses.nll_loss(torch_losses.log_softmax(t(z), dim=0), yt),
        6,
        CE + "|nll",
        "axis 0",
    )
    of_logits(
        "labels from 1",
        torch_losses.cross_entropy(t(z), (yt + 1) % 10),
        6,
        CE + "|nll",
        "one too high",
    )
    of_logits(
        "reversed classes", torch_losses.cross_entropy(t(z), 9 - yt), 6, CE + "|nll", "reversed"
    )
    of_probs(
        "keras SparseCategoricalCrossentropy",
        keras.losses.SparseCategoricalCrossentropy()(y, p),
        5,
        CE + "|nll",
    )
    of_probs(
        "keras CategoricalFocalCrossentropy",
        keras.losses.CategoricalFocalCrossentropy()(np.eye(10)[y], p),
        5,
        "categorical_focal",
    )
    of_logits("perplexity", np.exp(torch_losses.cross_entropy(t(z), yt)), 6, "perplexity|" + CE)
    of_probs("sklearn brier, ten classes", sk.brier_score_loss(y, p), 6, "brier")
    of_probs(
        "accuracy, ten classes",
        sk.accuracy_score(y, p.argmax(1)),
        4,
        "zero_one|hamming",
        "accuracy|subtracted from 1",
    )
    of_probs("error rate", sk.zero_one_loss(y, p.argmax(1)), 4, "zero_one|hamming")
    of_logits("multi_margin", torch_losses.multi_margin_loss(t(z), yt), 6, "multi_margin")
    of_logits(
        "last batch of 64",
        torch_losses.cross_entropy(t(z)[len(y) // 64 * 64 :], yt[len(y) // 64 * 64 :]),
        6,
        CE + "|nll",
        "last batch",
    )
    of_logits(
        "bits per label", torch_losses.cross_entropy(t(z), yt) / np.log(2), 6, CE + "|nll", "bits"
    )


def words() -> None:
    frame = pd.read_csv(SAMPLES / "wine.csv")
    p = frame[["p_barolo", "p_grignolino", "p_barbera"]].to_numpy()
    index = np.unique(frame.label, return_inverse=True)[1]
    case(
        ["wine.csv"],
        [],
        "classes in the alphabet's order",
        sk.log_loss(index, p, labels=[0, 1, 2]),
        6,
        CE + "|nll",
        "sorted|alphabet|order",
    )


def several() -> None:
    frame = pd.read_csv(SAMPLES / "multilabel.csv")
    names = ["even", "has_loop", "prime", "large"]
    y, p = frame[names].to_numpy(), frame[[f"p_{name}" for name in names]].to_numpy()
    flags = ["-p", "p_*", *(word for name in names for word in ("-y", name))]
    of_items = partial(case, ["multilabel.csv"], flags)
    of_items(
        "BCELoss of four labels", torch_losses.binary_cross_entropy(t(p), t(y).double()), 6, BCE
    )
    of_items("hamming loss", sk.hamming_loss(y, p > 0.5), 5, "hamming")
    of_items(
        "BCELoss of four labels, sum",
        torch_losses.binary_cross_entropy(t(p), t(y).double(), reduction="sum"),
        6,
        BCE,
        "sum",
    )


def regression() -> None:
    frame = pd.read_csv(SAMPLES / "diabetes.csv")
    y, p = frame.label.to_numpy(), frame.pred.to_numpy()
    of_values = partial(case, ["diabetes.csv"], [])
    of_values("sklearn mse", sk.mean_squared_error(y, p), 7, MSE)
    of_values("rmse", sk.root_mean_squared_error(y, p), 6, "root_mean_squared_error|" + MSE)
    of_values("mae", torch_losses.l1_loss(t(p), t(y)), 6, "mean_absolute_error")
    of_values("r2", sk.r2_score(y, p), 6, "r2")
    of_values(
        "keras mape",
        keras.losses.MeanAbsolutePercentageError()(y, p),
        5,
        "mean_absolute_percentage_error",
    )
    of_values(
        "sklearn mape", sk.mean_absolute_percentage_error(y, p), 6, "mean_absolute_percentage_error"
    )
    of_values("median absolute error", sk.median_absolute_error(y, p), 6, "median_absolute_error")
    of_values("max error", sk.max_error(y, p), 6, "max_error")
    of_values(
        "huber, delta 10", torch_losses.huber_loss(t(p), t(y), delta=10.0), 6, "huber", "delta=10"
    )
    of_values("pinball at 0.9", sk.mean_pinball_loss(y, p, alpha=0.9), 6, "pinball", "0.9")
    of_values("residual variance over n - 1", ((y - p) ** 2).sum() / (len(y) - 1), 7, MSE, "n − 1")
    of_values("negative mse", -sk.mean_squared_error(y, p), 7, MSE, "sign")
    of_values(
        "half mse", ((y - p) ** 2).mean() / 2, 7, "half_squared_error|sum_squared_error|" + MSE
    )


for part in (binary, multiclass, words, several, regression):
    part()
names = ("scikit-learn", "torch", "keras", "torchmetrics", "xgboost", "numpy")
document = {"versions": {name: version(name) for name in names}, "cases": CASES}
(HERE / "numbers.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
print(len(CASES), "cases")
