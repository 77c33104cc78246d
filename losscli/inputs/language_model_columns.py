"""The roles of columns in files about language models: texts, choices, and samples of lm-eval."""

from __future__ import annotations

from fnmatch import fnmatchcase

from msgspec.structs import replace

from losscli.errors import UsageError
from losscli.inputs.chosen import CLAIMED, Choice, Chosen
from losscli.inputs.columns import Columns
from losscli.inputs.multiple_choice import CHOICE, NORM, TARGET
from losscli.inputs.roles.claims import Claim, Claimed
from losscli.inputs.source import Scores, Selection, Source
from losscli.losses.texts import LAYOUT

# What all samples of lm-eval have.
FILTER = "filter"
_SAMPLE = ("doc_id", FILTER, "doc_hash")


def of_language_models(sources: dict[str, Source], columns: Columns) -> Choice | None:
    """The choice where the file holds log-probabilities of texts, or of choices with the target.

    None where it holds other things, or columns of it are named.
    """
    source = sources["pred"]
    if columns.pred or columns.label or columns.score or source.columns is None:
        return None
    names = list(source.columns)
    where = getattr(source, "where", "")
    if names[: len(LAYOUT)] == list(LAYOUT):
        if "label" in sources:
            raise UsageError(
                f"{source.name} holds log-probabilities of texts, which have no labels",
                hint="Leave the label file out.",
            )
        chosen: Chosen = {
            "pred": (source, Selection(tuple(range(len(LAYOUT))), scores=Scores.TEXTS))
        }
        said = f"{source.name}: texts by the log-probabilities of their tokens"
        return Choice(chosen, (f"{said}, {where}" if where else said,), ())
    choices = [place for place, name in enumerate(names) if name.startswith(f"{CHOICE}.")]
    if not where or not choices or "label" in sources:
        return None
    chosen = {
        "pred": (source, Selection(tuple(choices))),
        "label": (source, Selection((names.index(TARGET),))),
    }
    said = f"{source.name}: log-likelihoods of up to {len(choices)} choices, {where}"
    normed = any(name.startswith(f"{NORM}.") for name in names)
    return Choice(chosen, (f"{said}; by their length: -p '{NORM}.*'" if normed else said,), ())


def of_one_filter(choice: Choice, columns: Columns) -> Choice:
    """The choice, to be borne out by rows that lm-eval made by one filter of the responses.

    A file of samples holds each question once for each filter, and each has results of its own.
    """
    source, _ = choice.chosen["pred"]
    names = list(source.columns or ())
    if not set(_SAMPLE) <= set(names) or any(fnmatchcase(FILTER, each) for each in columns.by):
        return choice
    place = names.index(FILTER)
    first = next(iter(source.firsts(place)), None)
    if not isinstance(first, str):
        return choice
    role = f"{CLAIMED}{FILTER} of {source.name}"
    claim = (role, Claim(place, Claimed.ONE_FILTER, first))
    filters = {role: (source, Selection((place,), text=True))}
    return replace(choice, chosen={**choice.chosen, **filters}, claims=(*choice.claims, claim))
