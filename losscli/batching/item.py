"""One pair of files to evaluate, with its losses and options."""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.structs import replace

from losscli.batching.template import check_template, filled
from losscli.errors import UsageError
from losscli.evaluating.options import Options

Losses = tuple[str, ...] | None


class Item(Struct, frozen=True):
    """A pair: prediction, label, and the options that hold for it.

    `origin` says where it was asked for (`runs.csv, line 5`). `losses` are None where those that
    fit the data are wanted.
    """

    name: str
    pred: str
    label: str | None = None
    losses: Losses = None
    options: Options = field(default_factory=Options)
    origin: str = ""

    def files(self) -> dict[str, str]:
        """The files that are read, by their role."""
        weight, inputs = self.options.weight, self.options.inputs or {}
        roles = {"pred": self.pred, "label": self.label, "weight": weight, **inputs}
        return {role: file for role, file in roles.items() if file is not None}


def with_files(item: Item) -> Item:
    """The item with its templates filled in.

    Raises UsageError for a template with a field that there is not.
    """

    def file(role: str, template: str) -> str:
        check_template(template, role)
        return filled(template, item.pred)

    options = item.options
    if options.weight is not None:
        options = replace(options, weight=file("weight", options.weight))
    if options.inputs:
        inputs = {name: file(name, text) for name, text in options.inputs.items()}
        options = replace(options, inputs=inputs)
    label = None if item.label is None else file("label", item.label)
    return replace(item, label=label, options=options)


def check_names(items: list[Item]) -> None:
    """Raise UsageError where two items go by one name."""
    seen: dict[str, Item] = {}
    for item in items:
        other = seen.setdefault(item.name, item)
        if other is not item:
            places = " and ".join(place for place in (other.origin, item.origin) if place)
            raise UsageError(
                f"two pairs have the name {item.name!r}" + (f": {places}" if places else ""),
                hint="Give each a name of its own: the column name of a manifest.",
            )
