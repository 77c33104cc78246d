"""Names that everyone knows and that stand for no loss, with what to do instead."""

from __future__ import annotations

_SCORE = "higher is better: a score, not a loss"
_DECIDED = "-l f1, -l mcc, -l balanced_accuracy and -l accuracy lead to 1 minus such scores."
_RANKS = "-l auc is the share of pairs in the wrong order, -l bce judges probabilities."
_MOVES = "-l ccc is a correlation that counts shifts, -l r2 the variance explained."
_TEXTS, _TOKENS = "a score of texts", "-l perplexity judges a language model's tokens."
_KNOWN = {
    "gini": (_SCORE, _RANKS),
    "map": (_SCORE, "-l ap leads to 1 minus the average precision."),
    "ks": (_SCORE, _RANKS),
    "fbeta": (_SCORE, _DECIDED),
    "fbeta_score": (_SCORE, _DECIDED),
    "kappa": (_SCORE, _DECIDED),
    "cohen_kappa": (_SCORE, _DECIDED),
    "cohen_kappa_score": (_SCORE, _DECIDED),
    "quadratic_weighted_kappa": (_SCORE, _DECIDED),
    "qwk": (_SCORE, _DECIDED),
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
