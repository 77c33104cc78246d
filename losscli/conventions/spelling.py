"""Parameters as frameworks spell them: `multioutput=raw_values`, `normalize=False`, `alpha=0.9`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field

from losscli.errors import UsageError
from losscli.vocabulary import Kind, Reduction

Spelling = Callable[[Any, Mapping[str, Any]], "Said"]
"""What a framework's parameter asks for, by its value and all the parameters given beside it."""


class Said(Struct, frozen=True):
    """What parameters ask for: those of the loss, a reduction, a kind of prediction."""

    params: Mapping[str, Any] = field(default_factory=dict)
    reduction: Reduction | None = None
    kind: Kind | None = None

    def and_then(self, other: Said) -> Said:
        """Both; what `other` says counts where both say something."""
        return Said(
            {**self.params, **other.params},
            other.reduction or self.reduction,
            other.kind or self.kind,
        )


def plain_value(value: Any) -> Any:
    """What a value typed in a shell stands for: true, false, none, a number, or the word itself."""
    if not isinstance(value, str):
        return value
    words: dict[str, Any] = {"true": True, "false": False, "none": None}
    if value.strip().lower() in words:
        return words[value.strip().lower()]
    try:
        return float(value)
    except ValueError:
        return value.strip()


def called(name: str) -> Spelling:
    """The same parameter by another name."""
    return lambda value, _: Said({name: value})


def instead(form: str) -> Spelling:
    """A parameter that no loss has: it is refused, and `form` says what to type."""

    def refuse(value: Any, _: Mapping[str, Any]) -> Said:
        raise UsageError(f"no parameter says {value}", hint=form)

    return refuse


def another_loss(when: Any, loss: str) -> Spelling:
    """A parameter that makes another loss of it, at the value `when`."""

    def check(value: Any, _: Mapping[str, Any]) -> Said:
        if plain_value(value) == when:
            raise UsageError(f"with {value} it is another loss", hint=f"Say -l {loss}.")
        return Said()

    return check


def only(known: str) -> Spelling:
    """A parameter of which one value alone is what the loss does."""

    def check(value: Any, _: Mapping[str, Any]) -> Said:
        if value != known:
            raise UsageError(f"{value} is not there", hint=f"What is: {known}.")
        return Said()

    return check


def balanced_alpha(default: float) -> Spelling:
    """A switch that turns a class weight on: without it, whatever weight is given has no effect."""

    def switch(on: Any, given: Mapping[str, Any]) -> Said:
        return Said({"alpha": given.get("alpha", default) if plain_value(on) else None})

    return switch


def exponential_gain(on: Any, _: Mapping[str, Any]) -> Said:
    """Whether an item is worth 2^relevance − 1, or its relevance."""
    return Said({"gain": "exponential" if plain_value(on) else "linear"})


def mode_of_classes(value: Any, _: Mapping[str, Any]) -> Said:
    """How a hinge loss sees classes; one against all others has a value for each class."""
    each = Reduction.COLUMNS if value == "one-vs-all" else None
    return Said({"mode": value}, reduction=each)


def half_of_two(value: Any, _: Mapping[str, Any]) -> Said:
    """Whether a sum over classes is halved; by itself, that over one or two columns is."""
    return Said({"scale_by_half": "of_two" if value == "auto" else str(value).lower()})


def negative_is_off(value: Any, _: Mapping[str, Any]) -> Said:
    """A weight of which any negative number says that there is none."""
    number = plain_value(value)
    return Said({"alpha": None if number is None or number < 0 else number})


def only_half(value: Any, _: Mapping[str, Any]) -> Said:
    """A weight that makes a Tversky loss of a Dice loss unless it is ½."""
    if plain_value(value) != 0.5:
        raise UsageError("Dice loss with weights is Tversky loss", hint="Say -l tversky.")
    return Said()


_REDUCTIONS = {
    "mean": Reduction.MEAN,
    "sum": Reduction.SUM,
    "none": Reduction.NONE,
    None: Reduction.NONE,
    "batchmean": Reduction.BATCHMEAN,
    "sum_over_batch_size": Reduction.MEAN,
    "elementwise_mean": Reduction.MEAN,
    "mean_with_sample_weight": Reduction.WEIGHTED_MEAN,
    "weighted_mean": Reduction.WEIGHTED_MEAN,
    "columns": Reduction.COLUMNS,
}


def _reduction(value: Any, _: Mapping[str, Any]) -> Said:
    word = plain_value(value)
    word = word.lower() if isinstance(word, str) else word
    if word not in _REDUCTIONS:
        known = ", ".join(name for name in _REDUCTIONS if name)
        raise UsageError(f"no reduction {value!r}", hint=f"Known: {known}.")
    return Said(reduction=_REDUCTIONS[word])


def _normalize(value: Any, _: Mapping[str, Any]) -> Said:
    return Said(reduction=None if plain_value(value) else Reduction.SUM)


def _multioutput(value: Any, _: Mapping[str, Any]) -> Said:
    if not isinstance(value, str):
        raise UsageError(
            "multioutput with a weight for each column is not there",
            hint="Say --reduction columns, and weigh the values of the columns.",
        )
    if value == "raw_values":
        return Said(reduction=Reduction.COLUMNS)
    if value == "uniform_average":
        return Said()
    return Said({"multioutput": value})


def _outputs(value: Any, _: Mapping[str, Any]) -> Said:
    return Said(reduction=Reduction.COLUMNS if float(value) > 1 else None)


def _from_logits(value: Any, _: Mapping[str, Any]) -> Said:
    return Said(kind=Kind.LOGIT if plain_value(value) else Kind.PROBABILITY)


# Understood for every loss, unless the loss has a parameter of that name.
COMMON: Mapping[str, Spelling] = {
    "reduction": _reduction,
    "normalize": _normalize,
    "multioutput": _multioutput,
    "num_outputs": _outputs,
    "from_logits": _from_logits,
    "sample_weight": instead("Weights of rows are an array: --weight FILE or --weight-col NAME."),
    "class_weight": instead("Weights of classes: --class-weight W0,W1,…"),
    "weight": instead(
        "Weights of rows are an array: --weight FILE or --weight-col NAME; "
        "of classes: --class-weight W0,W1,…"
    ),
    "pos_label": instead("Name the classes, the positive one last: --classes NEGATIVE,POSITIVE."),
}
