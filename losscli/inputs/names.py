"""What the names of columns say: roles, classes, and which label belongs to which prediction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from losscli.inputs.evidence.words import parted

# The names that columns of each role go by, in lower case.
LABEL_NAMES = frozenset(
    "label labels target targets y y_true ytrue true truth ground_truth groundtruth gt actual "
    "actuals real obs observed class reference".split()
)
PRED_NAMES = frozenset(
    "pred preds prediction predictions predicted y_pred ypred yhat y_hat prob probs proba "
    "probability p p_hat phat score scores logit logits output outputs forecast model".split()
)
ID_NAMES = frozenset("id ids key index idx row_id rowid sample_id uuid guid filename".split())

_SEPARATORS = "_.:- "
PRED_PREFIXES = frozenset(
    "p prob proba probs probability pred prediction logit logits score y_pred yhat logp logprob "
    "output class softmax sigmoid forecast".split()
)
LABEL_PREFIXES = frozenset("label target y true y_true gt actual class".split())


def stem(name: str, prefixes: Iterable[str]) -> str | None:
    """What follows a prefix and a separator: `p_cat` → `cat`; None without such a prefix."""
    for place, letter in enumerate(name):
        if letter in _SEPARATORS and name[:place].lower() in prefixes and name[place + 1 :]:
            return name[place + 1 :]
    return None


def affixes(names: Sequence[str], words: frozenset[str]) -> tuple[str, str] | None:
    """What stands before and after each of these words in names: `p_cat`, `P(cat)`, `cat_prob`.

    None where not all words stand in names of one form, or in names of several.
    """
    first, *others = sorted(words)
    known = set(names)
    forms = {
        (name[:place], name[place + len(first) :])
        for name in names
        for place in range(len(name) - len(first) + 1)
        if name.startswith(first, place)
    }
    fits = [
        (head, tail)
        for head, tail in forms
        if (head or tail) and all(f"{head}{word}{tail}" in known for word in others)
    ]
    apart = [
        (head, tail) for head, tail in fits if not head[-1:].isalnum() and not tail[:1].isalnum()
    ]
    fits = apart if len(apart) == 1 else fits
    return fits[0] if len(fits) == 1 else None


def within(name: str, head: str, tail: str) -> str | None:
    """What stands between a head and a tail in a name; None where it is not of that form."""
    inner = name[len(head) : len(name) - len(tail)]
    return inner if inner and name == f"{head}{inner}{tail}" else None


def class_names(columns: Sequence[str], words: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The names of classes: those of the prediction's columns without what they have in common.

    Where the labels are `words` that are whole names of columns, these are the classes.
    """
    if words and words <= set(columns):
        return tuple(columns)
    # A class is written as the labels write it, where only capitals differ.
    written = {word.lower(): word for word in words}
    lowered = [name.lower() for name in columns]
    apart = len(written) == len(words) and len(set(lowered)) == len(columns)
    if words and apart and set(written) <= set(lowered):
        return tuple(written.get(low, name) for low, name in zip(lowered, columns, strict=True))
    if words and (found := affixes(columns, words)):
        inner = [within(name, *found) for name in columns]
        if all(inner):
            return tuple(name for name in inner if name is not None)
    stems = [stem(name, PRED_PREFIXES) for name in columns]
    if all(rest is not None for rest in stems):
        return tuple(rest for rest in stems if rest is not None)
    parts = [parted(name) for name in columns]
    heads = {part[0] for part in parts if part is not None}
    if len(columns) > 1 and len(heads) == 1 and None not in parts:
        return tuple(part[1] for part in parts if part is not None)
    return tuple(columns)


def align(pred: Sequence[str], label: Sequence[str]) -> tuple[int, ...] | None:
    """Where labels of several columns name the prediction's items in another order, that order.

    None where they stand in the same order, or their names tell nothing.
    """
    items = class_names(pred)
    stems = [stem(name, LABEL_PREFIXES) for name in label]
    named = [name if rest is None else rest for name, rest in zip(label, stems, strict=True)]
    if sorted(named) != sorted(items) or list(named) == list(items):
        return None
    return tuple(named.index(item) for item in items)
