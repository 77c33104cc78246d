"""Losses and scores of rankings: each row holds scores of items, and how relevant each one is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from losscli.arrays import Array
from losscli.errors import UsageError
from losscli.losses.definition.loss import Example, Labels, Loss, Name, Param, Reading, Shape
from losscli.losses.forms.categorical import Categorical, Form, times
from losscli.losses.forms.chain import Slope
from losscli.vocabulary import Kind, Task

_EXAMPLE = Example(
    ((2.0, 1.0, 0.5, 0.1), (0.3, 0.9, 0.2, 0.4)),
    ((3.0, 0.0, 1.0, 0.0), (0.0, 2.0, 1.0, 0.0)),
    Kind.SCORE,
    Task.RANKING,
)
_RELEVANT = Example(
    ((2.0, 1.0, 0.5, 0.1), (0.3, 0.9, 0.2, 0.4)),
    ((1, 0, 1, 0), (0, 1, 0, 0)),
    Kind.SCORE,
    Task.MULTILABEL,
)


def listwise_error(pred: Categorical, label: Array) -> Array:
    """−Σⱼ relevanceⱼ · log softmax(scores)ⱼ, in nats, per row."""
    return -times(label, pred.log_p).sum(axis=1)


def listwise_error_gradient(_pred: Categorical, label: Array) -> Slope:
    """−relevanceⱼ along log softmax(z)ⱼ, (n, c)."""
    return Slope(log_p=-label)


def coverage(pred: Array, label: Array) -> Array:
    """How many scores are at least that of the lowest relevant item, per row."""
    lowest = np.where(label > 0, pred, np.inf).min(axis=1)
    return (pred >= lowest[:, None]).sum(axis=1).astype(np.float64)


def misordered_share(pred: Array, label: Array) -> Array:
    """The share of pairs (relevant, not) in the wrong order; ties are wrong, per row."""
    relevant = label > 0
    wrong = (pred[:, :, None] <= pred[:, None, :]) & relevant[:, :, None] & ~relevant[:, None, :]
    pairs = relevant.sum(axis=1) * (~relevant).sum(axis=1)
    return wrong.sum(axis=(1, 2)) / np.maximum(pairs, 1)


def discounted_gain(
    pred: Array,
    label: Array,
    *,
    k: int | None,
    gain: str,
    ignore_ties: bool,
    earlier_first: bool,
) -> Array:
    """Σ gain ÷ log₂(rank + 1) over the first k ranks, per row.

    The gain is the relevance, or 2^relevance − 1 where it is `exponential`. Items of the same score
    share their ranks; with `ignore_ties` the later one counts as the higher, or with
    `earlier_first` the earlier one.
    """
    how = {"ignore_ties": ignore_ties, "earlier_first": earlier_first}
    return _discounted(pred, _gains(label, gain), k, **how)


def _gains(label: Array, gain: str) -> Array:
    return np.exp2(label) - 1.0 if gain == "exponential" else label


def _discounted(
    pred: Array, gains: Array, k: int | None, *, ignore_ties: bool, earlier_first: bool = False
) -> Array:
    width = pred.shape[1]
    discount = 1.0 / np.log2(np.arange(width) + 2.0)
    if k is not None:
        discount[k:] = 0.0
    reached = np.concatenate([[0.0], np.cumsum(discount)])
    if ignore_ties:
        order = np.argsort(-pred if earlier_first else pred, axis=1, kind="stable")
        order = order if earlier_first else order[:, ::-1]
        return (np.take_along_axis(gains, order, axis=1) * discount).sum(axis=1)
    order = np.argsort(-pred, axis=1, kind="stable")
    scores = np.take_along_axis(pred, order, axis=1)
    gains = np.take_along_axis(gains, order, axis=1)
    rank = np.arange(width)
    begins = np.ones(pred.shape, bool)
    begins[:, 1:] = scores[:, 1:] != scores[:, :-1]
    ends = np.ones(pred.shape, bool)
    ends[:, :-1] = begins[:, 1:]
    first = np.maximum.accumulate(np.where(begins, rank, 0), axis=1)
    last = np.minimum.accumulate(np.where(ends, rank, width)[:, ::-1], axis=1)[:, ::-1]
    shared = (reached[last + 1] - reached[first]) / (last + 1 - first)
    return (gains * shared).sum(axis=1)


def normalized_gain(
    pred: Array,
    label: Array,
    *,
    k: int | None,
    gain: str,
    ignore_ties: bool,
    earlier_first: bool,
    empty: float,
) -> Array:
    """The discounted gain over that of the best order; `empty` where nothing is relevant, per row.

    Scores that are equal are ranked as `discounted_gain` has it.
    """
    gains = _gains(label, gain)
    # Of equal gains it does not matter which comes first.
    best = _discounted(gains, gains, k, ignore_ties=True)
    how = {"ignore_ties": ignore_ties, "earlier_first": earlier_first}
    found = _discounted(pred, gains, k, **how)
    return np.divide(found, best, out=np.full_like(found, empty), where=best > 0.0)


def _of_groups(
    kernel: Callable[[Array, Array], Array],
    pred: Array,
    label: Array,
    group: NDArray[Any],
    weight: Array | None,
) -> Array:
    """What a kernel of lists gives for each group of rows, in the order in which they first occur.

    `pred`, `label` and `group` are (n,). Raises UsageError for weights, which rows of a list do not
    have.
    """
    if weight is not None:
        raise UsageError("a list has no weights of its rows", hint="Leave the weights out.")
    _, first, place = np.unique(group.reshape(-1), return_index=True, return_inverse=True)
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place))
    lists = np.split(order, ends[:-1])
    by_place = [lists[number] for number in np.argsort(first)]
    return np.concatenate([kernel(pred[None, rows], label[None, rows]) for rows in by_place])


def discounted_gain_of_groups(
    pred: Array,
    label: Array,
    *,
    k: int | None,
    gain: str,
    ignore_ties: bool,
    earlier_first: bool,
    group: NDArray[Any],
    weight: Array | None,
) -> Array:
    """`discounted_gain` of a long table: the rows of a group, wherever they stand, are a list."""
    how: dict[str, Any] = {"k": k, "gain": gain}
    how |= {"ignore_ties": ignore_ties, "earlier_first": earlier_first}
    return _of_groups(partial(discounted_gain, **how), pred, label, group, weight)


def normalized_gain_of_groups(
    pred: Array,
    label: Array,
    *,
    k: int | None,
    gain: str,
    ignore_ties: bool,
    earlier_first: bool,
    empty: float,
    group: NDArray[Any],
    weight: Array | None,
) -> Array:
    """`normalized_gain` of a long table: the rows of a group, wherever they stand, are a list."""
    how: dict[str, Any] = {"k": k, "gain": gain, "empty": empty}
    how |= {"ignore_ties": ignore_ties, "earlier_first": earlier_first}
    return _of_groups(partial(normalized_gain, **how), pred, label, group, weight)


def _gain_readings(
    kernel: Callable[..., Array], of_groups: Callable[..., Array]
) -> tuple[Reading, ...]:
    """The readings of lists: one a row, or the rows of a group."""
    lists = Reading(kernel, Form.VALUE, Labels.REAL, (Task.RANKING,), fewest_items=2)
    rows = replace(
        lists,
        kernel=of_groups,
        given=(*lists.keywords, GROUP, "weight"),
        shape=Shape.WHOLE,
        items=("score",),
        inputs={GROUP: "the list (query) of each row: --group-col COL"},
    )
    return lists, rows


GROUP = "group"
_GAIN = Param(
    "linear",
    "an item is worth its relevance, or 2^relevance − 1",
    choices=("linear", "exponential"),
)
_TIES = Param(False, "rank items of one score by their place, not by the mean")
_EARLIER = Param(False, "with ignore_ties, the earlier item of one score ranks higher")
_EMPTY = Param(0.0, "what a list without a relevant item is worth", minimum=0, maximum=1)
_K = Param(None, "ranks that count; none: all of them", minimum=1, whole=True)

SOFTMAX_RANKING = Loss(
    id="softmax_ranking",
    title="softmax ranking loss",
    family="ranking",
    aliases=("listnet",),
    names={"optax": (Name("ranking_softmax_loss"),)},
    readings=(
        Reading(
            listwise_error,
            Form.CATEGORICAL,
            Labels.REAL,
            (Task.RANKING,),
            kinds=(Kind.LOGIT, Kind.SCORE),
            gradient=listwise_error_gradient,
        ),
    ),
    formula="−mean Σⱼ relevanceⱼ log softmax(z)ⱼ",
    derivative="∂/∂zⱼ = softmax(z)ⱼ Σ relevance − relevanceⱼ",
    summary="Cross entropy of the scores' softmax with relevances that need not sum to 1.",
    when="Each row is a list to be ordered (a query and its documents).",
    reference="Cao et al. 2007, ICML; optax 0.2.8 ranking_softmax_loss",
    example=Example(
        ((2.0, 1.0, 0.5), (0.3, 0.9, 0.2)),
        ((1.0, 0.0, 0.0), (0.0, 2.0, 1.0)),
        Kind.LOGIT,
        Task.RANKING,
    ),
    unit="nats",
    zero_at_perfect=False,
    featured=False,
)

COVERAGE_ERROR = Loss(
    id="coverage_error",
    title="coverage error",
    family="ranking",
    names={
        "sklearn": (Name("coverage_error"),),
        "torchmetrics": (Name("multilabel_coverage_error"),),
    },
    readings=(Reading(coverage, Form.VALUE, Labels.SHARE, (Task.MULTILABEL,)),),
    formula="mean number of scores ≥ that of the lowest relevant item",
    derivative_says="It moves in steps, where two scores change places.",
    summary="How far down the list one has to go to meet all relevant items.",
    when="Multilabel scores, used as a ranking.",
    reference="Tsoumakas, Katakis & Vlahavas 2010; scikit-learn 1.9",
    example=_RELEVANT,
    zero_at_perfect=False,
    featured=False,
)

LABEL_RANKING_LOSS = Loss(
    id="label_ranking_loss",
    title="label ranking loss",
    family="ranking",
    names={
        "sklearn": (Name("label_ranking_loss"),),
        "torchmetrics": (Name("multilabel_ranking_loss"),),
    },
    readings=(Reading(misordered_share, Form.VALUE, Labels.SHARE, (Task.MULTILABEL,)),),
    formula="mean share of pairs (relevant, not) in the wrong order",
    derivative_says="It moves in steps, where two scores change places.",
    summary="How often an item that is not relevant scores as high as one that is.",
    when="Multilabel scores, used as a ranking.",
    reference="Tsoumakas, Katakis & Vlahavas 2010; scikit-learn 1.9",
    example=_RELEVANT,
    upper=1.0,
    zero_at_perfect=False,
    featured=False,
)

DCG = Loss(
    id="dcg",
    title="discounted cumulative gain",
    family="ranking",
    aliases=("dcg_score",),
    names={"sklearn": (Name("dcg_score"),)},
    params={"k": _K, "gain": _GAIN, "ignore_ties": _TIES, "earlier_first": _EARLIER},
    readings=_gain_readings(discounted_gain, discounted_gain_of_groups),
    formula="mean Σ relevance ÷ log₂(rank + 1)",
    derivative_says="It moves in steps, where two scores change places: train by softmax ranking.",
    summary="The relevance found, worth less the further down the list.",
    when="A list is read from the top. A long table is held.",
    reference="Järvelin & Kekäläinen 2002, ACM TOIS 20(4); scikit-learn 1.9",
    example=_EXAMPLE,
    lower=-np.inf,
    lower_is_better=False,
    zero_at_perfect=False,
    featured=False,
)

NDCG = Loss(
    id="ndcg",
    title="normalized discounted cumulative gain",
    family="ranking",
    aliases=("ndcg_score",),
    names={
        "sklearn": (Name("ndcg_score"),),
        "xgboost": (Name("ndcg", at="k"),),
        "lightgbm": (Name("ndcg", at="k", at_needed=True),),
    },
    params={
        "k": _K,
        "gain": _GAIN,
        "ignore_ties": _TIES,
        "earlier_first": _EARLIER,
        "empty": _EMPTY,
    },
    readings=_gain_readings(normalized_gain, normalized_gain_of_groups),
    formula="mean DCG ÷ DCG of the best order",
    derivative_says="It moves in steps, where two scores change places: train by softmax ranking.",
    summary="The discounted gain as a share of the best possible.",
    when="As DCG, comparable between lists. A long table is held.",
    reference="Järvelin & Kekäläinen 2002, ACM TOIS 20(4); scikit-learn 1.9",
    example=_EXAMPLE,
    upper=1.0,
    lower_is_better=False,
    zero_at_perfect=False,
    featured=False,
)
