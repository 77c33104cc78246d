"""Shapes of prediction, label and weight that fit each other, without any broadcasting."""

from __future__ import annotations

import math

from losscli.errors import DataError
from losscli.inputs.block import Part
from losscli.inputs.source import Selection, Source

_SINGLE = frozenset(("pred", "label", "weight"))


def part_of(source: Source, selection: Selection) -> Part:
    """What a source holds in the columns of one role."""
    places = selection.columns
    names = None
    if source.columns is not None and places is not None:
        names = tuple(source.columns[place] for place in places)
    shape = source.shape
    width = len(places) if places is not None else math.prod((shape or ())[1:])
    return Part(
        source.name,
        names,
        shape,
        source.dtype(places),
        source.decimals(places or ()),
        width,
        source.rows,
        scores=selection.scores,
        titled=getattr(source, "titled", True),
    )


def check_dims(parts: dict[str, Part]) -> list[str]:
    """Refuse more than two dimensions, unless all arrays agree in them: each row is then flat."""
    shapes = {part.shape for part in parts.values()}
    for part in parts.values():
        if part.shape is None or len(part.shape) <= 2:
            continue
        if len(shapes) > 1 or len(parts) == 1:
            raise DataError(
                f"has {len(part.shape)} dimensions {part.shape}; losses read (rows,) or "
                "(rows, columns)",
                file=part.file,
                hint="Reshape it first: array.reshape(-1, array.shape[-1]).",
            )
        return [f"shape {part.shape} taken as {part.shape[0]:,} rows of {part.width:,} items"]
    return []


def check_fit(parts: dict[str, Part]) -> list[str]:
    """Refuse shapes that would have to be broadcast; notes on columns taken as one dimension."""
    pred = parts["pred"]
    notes = []
    for role, part in parts.items():
        if role == "pred":
            continue
        flat = role if role == "weight" else "label"
        if pred.shape and part.shape and pred.shape[0] != part.shape[0]:
            raise DataError(
                f"has the shape {pred.shape}, {part.file} has {part.shape}: "
                "each row of one needs a row of the other",
                file=pred.file,
                hint=_transposed(pred.shape, part.shape),
            )
        if any(found.shape and len(found.shape) > 2 for found in (pred, part)):
            continue
        if role in _SINGLE and part.width not in (1, pred.width):
            raise DataError(
                f"has {_items(pred.width)} per row, {part.file} has {part.width}",
                file=pred.file,
                hint=f"A {flat} has one item per row, or as many as the prediction."
                + (" Are the files swapped? Predictions come first." * (pred.width == 1)),
            )
        for one, two in ((pred, part), (part, pred)):
            if one.shape and one.shape[1:] == (1,) and two.shape and len(two.shape) == 1:
                notes.append(f"{one.file}: shape {one.shape} taken as ({one.shape[0]},)")
    return notes


def _items(width: int) -> str:
    return "1 item" if width == 1 else f"{width} items"


def _transposed(one: tuple[int, ...], two: tuple[int, ...]) -> str:
    turned = two[0] in one[1:] or one[0] in two[1:]
    return "Is one of them transposed?" if turned else ""
