"""Names that everyone knows and that stand for no loss, with what to do instead."""

from __future__ import annotations

_SCORE = "higher is better: a score, not a loss"
_DECIDED = "-l zero_one is 1 − accuracy, -l hamming the share of wrong items."
_RANKS = "-l bce, -l brier and -l ece judge the probabilities themselves."
_SCALED = (
    "Its scale is the error of the naive forecast on the training series, which is not in these "
    "files: print -l mae and divide it by that, or say -l rse for the labels' own mean."
)
_NAIVE = "it is scaled by the naive error of the training series"
_MOVES = "-l ccc is a correlation that counts shifts, -l r2 the variance explained."
_TEXTS, _TOKENS = "a score of texts", "-l perplexity judges a language model's tokens."
_KNOWN = {
    "auc": (_SCORE, _RANKS),
    "roc_auc": (_SCORE, _RANKS),
    "roc_auc_score": (_SCORE, _RANKS),
    "auroc": (_SCORE, _RANKS),
    "aucpr": (_SCORE, _RANKS),
    "auprc": (_SCORE, _RANKS),
    "average_precision": (_SCORE, _RANKS),
    "average_precision_score": (_SCORE, _RANKS),
    "ap": (_SCORE, _RANKS),
    "map": (_SCORE, _RANKS),
    "gini": (_SCORE, _RANKS),
    "ks": (_SCORE, _RANKS),
    "f1": (_SCORE, _DECIDED),
    "f1_score": (_SCORE, _DECIDED),
    "fbeta": (_SCORE, _DECIDED),
    "fbeta_score": (_SCORE, _DECIDED),
    "mcc": (_SCORE, _DECIDED),
    "matthews_corrcoef": (_SCORE, _DECIDED),
    "kappa": (_SCORE, _DECIDED),
    "cohen_kappa": (_SCORE, _DECIDED),
    "cohen_kappa_score": (_SCORE, _DECIDED),
    "quadratic_weighted_kappa": (_SCORE, _DECIDED),
    "qwk": (_SCORE, _DECIDED),
    "acc": (_SCORE, _DECIDED),
    "accuracy_score": (_SCORE, _DECIDED),
    "binary_accuracy": (_SCORE, _DECIDED),
    "categorical_accuracy": (_SCORE, _DECIDED),
    "balanced_accuracy": (_SCORE, _DECIDED),
    "balanced_accuracy_score": (_SCORE, _DECIDED),
    "top_k_accuracy": (_SCORE, _DECIDED),
    "precision": (_SCORE, _DECIDED),
    "precision_score": (_SCORE, _DECIDED),
    "recall": (_SCORE, _DECIDED),
    "recall_score": (_SCORE, _DECIDED),
    "sensitivity": (_SCORE, _DECIDED),
    "specificity": (_SCORE, _DECIDED),
    "pearson": (_SCORE, _MOVES),
    "pearsonr": (_SCORE, _MOVES),
    "spearman": (_SCORE, _MOVES),
    "kendall": (_SCORE, _MOVES),
    "mase": (_NAIVE, _SCALED),
    "rmsse": (_NAIVE, _SCALED),
    "mean_absolute_scaled_error": (_NAIVE, _SCALED),
    "bleu": (_TEXTS, _TOKENS),
    "rouge": (_TEXTS, _TOKENS),
    "wer": (_TEXTS, _TOKENS),
}


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


_BY_LETTERS = {_letters(name): reason for name, reason in _KNOWN.items()}


def why_not(name: str) -> tuple[str, str] | None:
    """Why a well-known name stands for no loss here, and what to do; None for any other name."""
    found = _BY_LETTERS.get(_letters(name))
    return None if found is None else (f"{name} is no loss: {found[0]}", found[1])
