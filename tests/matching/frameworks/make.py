"""Numbers of the sample data as frameworks print them, with ordinary variations and slips.

Run where scikit-learn, torch, Keras (torch backend), torchmetrics and XGBoost are installed;
it writes numbers.json beside this file. `text` is the number at the digits that a log
shows; `loss` names the losses that are right, `words` what the answer must say (any of each list).
"""

from __future__ import annotations

import json
import os
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
    name: str,
    number: Any,
    digits: int,
    files: list[str],
    loss: str,
    *words: str,
    flags: list[str] | None = None,
) -> None:
    CASES.append(
        {
            "name": name,
            "text": f"{float(number):.{digits}g}",
            "files": files,
            "flags": flags or [],
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
    table = ["breast_cancer.csv"]
    p, rf, z = (frame[name].to_numpy() for name in ("prob", "prob_rf", "logit"))
    prob, forest, logit = ["-p", "prob"], ["-p", "prob_rf"], ["-p", "logit"]
    yt = t(y).double()
    case("sklearn log_loss", sk.log_loss(y, p), 7, table, BCE, flags=prob)
    case(
        "sklearn log_loss, sure and wrong",
        sk.log_loss(y, rf),
        5,
        table,
        BCE,
        "sklearn",
        flags=forest,
    )
    case(
        "torch BCELoss, sure and wrong",
        torch_losses.binary_cross_entropy(t(rf), yt),
        5,
        table,
        BCE,
        "torch",
        flags=forest,
    )
    case(
        "keras BinaryCrossentropy",
        keras.losses.BinaryCrossentropy()(y, rf),
        5,
        table,
        BCE,
        "keras",
        flags=forest,
    )
    case(
        "BCEWithLogitsLoss of logits",
        torch_losses.binary_cross_entropy_with_logits(t(z), yt),
        6,
        table,
        BCE,
        flags=logit,
    )
    case(
        "BCEWithLogitsLoss of probabilities",
        torch_losses.binary_cross_entropy_with_logits(t(p), yt),
        6,
        table,
        BCE,
        "sigmoid too many",
        flags=prob,
    )
    case(
        "BCEWithLogitsLoss, sum",
        torch_losses.binary_cross_entropy_with_logits(t(z), yt, reduction="sum"),
        6,
        table,
        BCE,
        "sum",
        flags=logit,
    )
    ratio = (y == 0).sum() / (y == 1).sum()
    case(
        "pos_weight",
        torch_losses.binary_cross_entropy_with_logits(t(z), yt, pos_weight=t(ratio)),
        6,
        table,
        BCE,
        "pos_weight",
        flags=logit,
    )
    case(
        "keras, from_logits forgotten",
        keras.losses.BinaryCrossentropy()(y, z),
        6,
        table,
        BCE,
        "from_logits",
        flags=logit,
    )
    case(
        "keras focal",
        keras.losses.BinaryFocalCrossentropy()(y, p),
        5,
        table,
        "binary_focal",
        flags=prob,
    )
    case(
        "keras focal, gamma 3",
        keras.losses.BinaryFocalCrossentropy(gamma=3)(y, p),
        5,
        table,
        "binary_focal",
        "gamma=3",
        flags=prob,
    )
    case(
        "keras focal, balanced",
        keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True)(y, p),
        5,
        table,
        "binary_focal",
        "alpha=0.25|torch|keras",
        flags=prob,
    )
    case(
        "sklearn brier", sk.brier_score_loss(y, p), 6, table, "brier|mean_squared_error", flags=prob
    )
    case(
        "accuracy",
        sk.accuracy_score(y, p > 0.5),
        5,
        table,
        "zero_one|hamming",
        "accuracy|subtracted from 1",
        flags=prob,
    )
    case("sklearn hinge", sk.hinge_loss(y, z), 6, table, "hinge", flags=logit)
    case(
        "balanced log_loss",
        sk.log_loss(y, p, sample_weight=len(y) / 2 / np.bincount(y)[y]),
        6,
        table,
        BCE,
        "balanced",
        flags=prob,
    )
    case(
        "positive class taken for the negative",
        sk.log_loss(1 - y, p),
        5,
        table,
        BCE,
        "positive class|swapped|reversed",
        flags=prob,
    )
    last = len(y) // 32 * 32
    case(
        "torch, last batch of 32",
        torch_losses.binary_cross_entropy(t(p[last:]), yt[last:]),
        6,
        table,
        BCE,
        "last batch",
        flags=prob,
    )
    means = [
        torch_losses.binary_cross_entropy(t(p[i : i + 32]), yt[i : i + 32]).item()
        for i in range(0, len(y), 32)
    ]
    case("torch, mean of batch means", np.mean(means), 6, table, BCE, "batches of 32", flags=prob)
    case(
        "torch, column against row",
        torch_losses.binary_cross_entropy(
            t(np.broadcast_to(p[:, None], (len(p), len(p))).copy()),
            t(np.broadcast_to(yt, (len(p), len(p))).copy()),
        ),
        6,
        table,
        BCE,
        "every prediction",
        flags=prob,
    )
    case(
        "torchmetrics calibration error",
        tm.classification.binary_calibration_error(t(p), t(y)),
        5,
        table,
        "calibration_error",
        flags=prob,
    )
    case(
        "sklearn log_loss in float32",
        sk.log_loss(y, rf.astype(np.float32)),
        6,
        table,
        BCE,
        "float32",
        flags=forest,
    )
    case(
        "keras squared hinge",
        keras.losses.SquaredHinge()(y, z),
        5,
        table,
        "squared_hinge",
        flags=logit,
    )
    train = xgboost.DMatrix(np.zeros((len(y), 1)), label=y)
    train.set_base_margin(z)
    found = xgboost.train(
        {"objective": "binary:logistic", "eval_metric": ["logloss"], "max_depth": 0, "eta": 0.0},
        train,
        0,
    ).eval(train)
    case("xgboost logloss", found.rpartition(":")[2], 12, table, BCE, flags=logit)


def multiclass() -> None:
    y = np.load(SAMPLES / "digits_labels.npy")
    p, z = np.load(SAMPLES / "digits_probs.npy"), np.load(SAMPLES / "digits_logits.npy")
    probs, logits = (
        ["digits_probs.npy", "digits_labels.npy"],
        ["digits_logits.npy", "digits_labels.npy"],
    )
    yt = t(y)
    case("sklearn log_loss, ten classes", sk.log_loss(y, p), 6, probs, CE + "|nll")
    case("CrossEntropyLoss", torch_losses.cross_entropy(t(z), yt), 6, logits, CE)
    case("CrossEntropyLoss in float32", torch_losses.cross_entropy(t(z).float(), yt), 9, logits, CE)
    case(
        "CrossEntropyLoss of probabilities",
        torch_losses.cross_entropy(t(p), yt),
        6,
        probs,
        CE,
        "softmax too many",
    )
    case(
        "CrossEntropyLoss, label smoothing",
        torch_losses.cross_entropy(t(z), yt, label_smoothing=0.1),
        6,
        logits,
        CE,
        "label_smoothing=0.1",
    )
    weight = len(y) / 10 / np.bincount(y)
    case(
        "CrossEntropyLoss, balanced",
        torch_losses.cross_entropy(t(z), yt, weight=t(weight)),
        7,
        logits,
        CE,
        "balanced",
    )
    case(
        "CrossEntropyLoss, sum",
        torch_losses.cross_entropy(t(z), yt, reduction="sum"),
        6,
        logits,
        CE,
        "sum",
    )
    case(
        "NLLLoss of probabilities",
        torch_losses.nll_loss(t(p), yt),
        6,
        probs,
        "nll|zero_one",
        "log-prob",
    )
    case("NLLLoss of logits", torch_losses.nll_loss(t(z), yt), 6, logits, "nll", "log-prob")
    case(
        "softmax over axis 0",
        torch_losses.nll_loss(torch_losses.log_softmax(t(z), dim=0), yt),
        6,
        logits,
        CE + "|nll",
        "axis 0",
    )
    case(
        "labels from 1",
        torch_losses.cross_entropy(t(z), (yt + 1) % 10),
        6,
        logits,
        CE + "|nll",
        "one too high",
    )
    case(
        "reversed classes",
        torch_losses.cross_entropy(t(z), 9 - yt),
        6,
        logits,
        CE + "|nll",
        "reversed",
    )
    case(
        "keras SparseCategoricalCrossentropy",
        keras.losses.SparseCategoricalCrossentropy()(y, p),
        5,
        probs,
        CE + "|nll",
    )
    case(
        "keras CategoricalFocalCrossentropy",
        keras.losses.CategoricalFocalCrossentropy()(np.eye(10)[y], p),
        5,
        probs,
        "categorical_focal",
    )
    case("perplexity", np.exp(torch_losses.cross_entropy(t(z), yt)), 6, logits, "perplexity|" + CE)
    case("sklearn brier, ten classes", sk.brier_score_loss(y, p), 6, probs, "brier")
    case(
        "accuracy, ten classes",
        sk.accuracy_score(y, p.argmax(1)),
        4,
        probs,
        "zero_one|hamming",
        "accuracy|subtracted from 1",
    )
    case("error rate", sk.zero_one_loss(y, p.argmax(1)), 4, probs, "zero_one|hamming")
    case("multi_margin", torch_losses.multi_margin_loss(t(z), yt), 6, logits, "multi_margin")
    case(
        "last batch of 64",
        torch_losses.cross_entropy(t(z)[len(y) // 64 * 64 :], yt[len(y) // 64 * 64 :]),
        6,
        logits,
        CE + "|nll",
        "last batch",
    )
    case(
        "bits per label",
        torch_losses.cross_entropy(t(z), yt) / np.log(2),
        6,
        logits,
        CE + "|nll",
        "bits",
    )


def words() -> None:
    frame = pd.read_csv(SAMPLES / "wine.csv")
    p = frame[["p_barolo", "p_grignolino", "p_barbera"]].to_numpy()
    index = np.unique(frame.label, return_inverse=True)[1]
    case(
        "classes in the alphabet's order",
        sk.log_loss(index, p, labels=[0, 1, 2]),
        6,
        ["wine.csv"],
        CE + "|nll",
        "sorted|alphabet|order",
    )


def several() -> None:
    frame = pd.read_csv(SAMPLES / "multilabel.csv")
    names = ["even", "has_loop", "prime", "large"]
    y, p = frame[names].to_numpy(), frame[[f"p_{name}" for name in names]].to_numpy()
    flags = ["-p", "p_*", *(word for name in names for word in ("-y", name))]
    table = ["multilabel.csv"]
    case(
        "BCELoss of four labels",
        torch_losses.binary_cross_entropy(t(p), t(y).double()),
        6,
        table,
        BCE,
        flags=flags,
    )
    case("hamming loss", sk.hamming_loss(y, p > 0.5), 5, table, "hamming", flags=flags)
    case(
        "BCELoss of four labels, sum",
        torch_losses.binary_cross_entropy(t(p), t(y).double(), reduction="sum"),
        6,
        table,
        BCE,
        "sum",
        flags=flags,
    )


def regression() -> None:
    frame = pd.read_csv(SAMPLES / "diabetes.csv")
    y, p = frame.label.to_numpy(), frame.pred.to_numpy()
    table = ["diabetes.csv"]
    case("sklearn mse", sk.mean_squared_error(y, p), 7, table, MSE)
    case("rmse", sk.root_mean_squared_error(y, p), 6, table, "root_mean_squared_error|" + MSE)
    case("mae", torch_losses.l1_loss(t(p), t(y)), 6, table, "mean_absolute_error")
    case("r2", sk.r2_score(y, p), 6, table, "r2")
    case(
        "keras mape",
        keras.losses.MeanAbsolutePercentageError()(y, p),
        5,
        table,
        "mean_absolute_percentage_error",
    )
    case(
        "sklearn mape",
        sk.mean_absolute_percentage_error(y, p),
        6,
        table,
        "mean_absolute_percentage_error",
    )
    case("median absolute error", sk.median_absolute_error(y, p), 6, table, "median_absolute_error")
    case("max error", sk.max_error(y, p), 6, table, "max_error")
    case(
        "huber, delta 10",
        torch_losses.huber_loss(t(p), t(y), delta=10.0),
        6,
        table,
        "huber",
        "delta=10",
    )
    case("pinball at 0.9", sk.mean_pinball_loss(y, p, alpha=0.9), 6, table, "pinball", "0.9")
    case(
        "residual variance over n - 1", ((y - p) ** 2).sum() / (len(y) - 1), 7, table, MSE, "n − 1"
    )
    case("negative mse", -sk.mean_squared_error(y, p), 7, table, MSE, "sign")
    case(
        "half mse",
        ((y - p) ** 2).mean() / 2,
        7,
        table,
        "half_squared_error|sum_squared_error|" + MSE,
    )


for part in (binary, multiclass, words, several, regression):
    part()
names = ("scikit-learn", "torch", "keras", "torchmetrics", "xgboost", "numpy")
document = {"versions": {name: version(name) for name in names}, "cases": CASES}
(HERE / "numbers.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
print(len(CASES), "cases")
