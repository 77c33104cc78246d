"""Make the sample predictions: real models on scikit-learn's bundled sets, held-out rows only.

    pip install scikit-learn pandas
    python sample_data/make.py [--output DIR]

Nothing is downloaded and every random choice has a fixed seed. The stored files were made with
scikit-learn 1.9.1, NumPy 2.4.6, SciPy 1.17.1 and pandas 3.1.1 on x86-64, with
OPENBLAS_CORETYPE=SkylakeX (needs AVX-512). The same versions give the same bytes; another BLAS
kernel moves the last digits of a fit, another scikit-learn may move more. See README.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

Array = NDArray[Any]
Files = Mapping[str, pd.DataFrame | Array]

CULTIVARS = ("barolo", "grignolino", "barbera")
RARE_DIGIT = 8
RARE_KEPT = 68
DIGIT_TRAITS = {
    "even": (0, 2, 4, 6, 8),
    "has_loop": (0, 6, 8, 9),
    "prime": (2, 3, 5, 7),
    "large": (6, 7, 8, 9),
}


@dataclass(frozen=True, slots=True)
class Split:
    """One set in two parts; `test_row` says which rows of the set the held-out ones are."""

    train: Array
    test: Array
    train_label: Array
    test_label: Array
    test_row: Array


def split(features: Array, label: Array, *, share: float = 0.4, strata: Array | None) -> Split:
    """Hold out a share of the rows, of each stratum alike where strata are given."""
    parts = train_test_split(
        features, label, np.arange(len(label)), test_size=share, random_state=0, stratify=strata
    )
    train, test, train_label, test_label, _, test_row = parts
    return Split(train, test, train_label, test_label, test_row)


def logistic(**options: Any) -> Any:
    """Logistic regression on standardised features."""
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000, **options))


def frame(**columns: Any) -> pd.DataFrame:
    """A table with an `id` that counts its rows from 0."""
    table = pd.DataFrame(columns)
    table.insert(0, "id", np.arange(len(table)))
    return table


def breast_cancer() -> Files:
    """Benign (1) or malignant (0): a logistic regression and a random forest."""
    features, label = load_breast_cancer(return_X_y=True)
    part = split(features, label, strata=label)
    model = logistic().fit(part.train, part.train_label)
    forest = RandomForestClassifier(200, random_state=0).fit(part.train, part.train_label)
    table = frame(
        label=part.test_label,
        prob=model.predict_proba(part.test)[:, 1],
        prob_rf=forest.predict_proba(part.test)[:, 1],
        logit=model.decision_function(part.test),
    )
    return {"breast_cancer.csv": table}


def digits() -> Files:
    """Which of ten digits: probabilities and logits of one model."""
    features, label = load_digits(return_X_y=True)
    part = split(features, label, strata=label)
    model = logistic().fit(part.train, part.train_label)
    return {
        "digits_probs.npy": model.predict_proba(part.test),
        "digits_logits.npy": model.decision_function(part.test),
        "digits_labels.npy": part.test_label.astype(np.int64),
    }


def wine() -> Files:
    """Which of three cultivars, by name; the columns keep the set's order of classes."""
    features, label = load_wine(return_X_y=True)
    part = split(features, label, share=0.5, strata=label)
    prob = logistic().fit(part.train, part.train_label).predict_proba(part.test)
    columns = {f"p_{name}": prob[:, index] for index, name in enumerate(CULTIVARS)}
    return {"wine.csv": frame(label=[CULTIVARS[index] for index in part.test_label], **columns)}


def diabetes() -> Files:
    """A measure of disease progression one year after baseline, by ridge regression."""
    features, label = load_diabetes(return_X_y=True)
    part = split(features, label, strata=None)
    model = make_pipeline(StandardScaler(), Ridge()).fit(part.train, part.train_label)
    return {"diabetes.csv": frame(label=part.test_label, pred=model.predict(part.test))}


def imbalanced() -> Files:
    """Is it an 8? Most eights are left out first, so that few remain to learn from and to find."""
    features, digit = load_digits(return_X_y=True)
    eights = np.flatnonzero(digit == RARE_DIGIT)
    kept = np.random.default_rng(0).choice(eights, RARE_KEPT, replace=False)
    rows = np.sort(np.concatenate([np.flatnonzero(digit != RARE_DIGIT), kept]))
    label = (digit[rows] == RARE_DIGIT).astype(np.int64)
    part = split(features[rows], label, strata=label)
    model = logistic().fit(part.train, part.train_label)
    table = frame(label=part.test_label, prob=model.predict_proba(part.test)[:, 1])
    return {"imbalanced.csv": table}


def multilabel() -> Files:
    """Four traits of a handwritten digit, each by its own logistic regression."""
    features, digit = load_digits(return_X_y=True)
    traits = np.column_stack([np.isin(digit, members) for members in DIGIT_TRAITS.values()])
    part = split(features, traits.astype(np.int64), strata=digit)
    model = OneVsRestClassifier(logistic()).fit(part.train, part.train_label)
    prob = model.predict_proba(part.test)
    columns = {name: part.test_label[:, index] for index, name in enumerate(DIGIT_TRAITS)}
    columns |= {f"p_{name}": prob[:, index] for index, name in enumerate(DIGIT_TRAITS)}
    return {"multilabel.csv": frame(**columns)}


def model_pair() -> Files:
    """Two models of the breast cancer set on the same rows, each file in an order of its own.

    The labels go by id, model_a is shuffled, model_b starts with its most probable case.
    """
    features, label = load_breast_cancer(return_X_y=True)
    part = split(features, label, strata=label)
    case = [f"case-{row:04d}" for row in part.test_row]

    def scored(model: Any) -> pd.DataFrame:
        prob = model.fit(part.train, part.train_label).predict_proba(part.test)[:, 1]
        return pd.DataFrame({"id": case, "prob": prob})

    model_b = scored(GradientBoostingClassifier(max_depth=2, random_state=0))
    return {
        "labels.csv": pd.DataFrame({"id": case, "label": part.test_label}).sort_values("id"),
        "model_a.csv": scored(logistic(C=0.1)).sample(frac=1, random_state=0),
        "model_b.csv": model_b.sort_values(["prob", "id"], ascending=[False, True]),
    }


def write(files: Files, folder: Path) -> None:
    """Write tables as CSV at full precision, arrays as NPY in C order."""
    for name, data in files.items():
        if isinstance(data, pd.DataFrame):
            data.to_csv(folder / name, index=False, lineterminator="\n")
        else:
            np.save(folder / name, np.ascontiguousarray(data))


def main() -> None:
    """Make every file."""
    parser = argparse.ArgumentParser(description="Make the sample predictions.")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(__file__).parent,
        metavar="DIR",
        help="where to write (default: beside this script)",
    )
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    with threadpool_limits(1):
        for make in (breast_cancer, digits, wine, diabetes, imbalanced, multilabel, model_pair):
            write(make(), folder)


if __name__ == "__main__":
    main()
