"""Texts whose tokens have log-probabilities: which losses are meant, by the units that are told."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from losscli.errors import Choice, UsageError
from losscli.evaluating.requests import Request
from losscli.inputs.dataset import Dataset
from losscli.losses.definition.loss import Loss
from losscli.losses.registry import REGISTRY
from losscli.losses.texts import LAYOUT
from losscli.vocabulary import Task

_PER_TOKEN = "token_perplexity"
# What people call the loss of a text, whatever it is divided by.
_UNSAID = ("perplexity", "ppl")


def requests_of_texts(requests: Sequence[Request], dataset: Dataset) -> tuple[Request, ...]:
    """The losses that are asked for; without any, those of the units that the file tells.

    Raises UsageError for a loss of a unit that it does not, and for a perplexity per nobody knows
    what.
    """
    block = next(dataset.blocks(1))
    told = {name for name, items in zip(LAYOUT, block.pred.T, strict=True) if items.any()}
    known = [loss for loss in REGISTRY if loss.reading_for(Task.TEXTS) and _units(loss) <= told]
    if not requests:
        return tuple(Request(loss.id) for loss in known if loss.featured)
    found = [_meant(request, known) for request in requests]
    for request in found:
        loss = REGISTRY.get(request.name) if REGISTRY.knows(request.name) else None
        if loss is None or loss.reading_for(Task.TEXTS) is None or loss in known:
            continue
        [unit] = _units(loss)
        raise UsageError(
            f"{dataset.pred.file} does not tell the {unit} that {loss.id} divides by",
            hint=f"There are: -l {', -l '.join(each.id for each in known)}.",
        )
    return tuple(found)


def _units(loss: Loss) -> set[str]:
    """The unit that a loss divides by; none where each text counts as one."""
    reading = loss.reading_for(Task.TEXTS)
    return set() if reading is None else set(reading.item_bounds)


def _meant(request: Request, known: Sequence[Loss]) -> Request:
    """`perplexity` is that per token, where tokens are told."""
    if request.name.lower() not in _UNSAID:
        return request
    if any(loss.id == _PER_TOKEN for loss in known):
        return replace(request, name=_PER_TOKEN)
    per = [loss.id for loss in known if loss.id.endswith("perplexity")]
    raise UsageError(
        f"{request.name} per what? The file does not tell the tokens of its texts",
        hint="lm-eval's own perplexity is per text.",
        choices=[Choice(("-l", each), instead_of=request.name) for each in per],
    )
