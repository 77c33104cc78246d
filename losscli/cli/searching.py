"""What the commands that look for a number share."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote
from typing import TYPE_CHECKING, Any

from losscli.cli.inputs import COLUMNS, InputOptions
from losscli.cli.names import column_names, loss_names
from losscli.cli.options import option, shared_options

if TYPE_CHECKING:
    from losscli.matching.report import Match

FORMATS = ("table", "json")


@shared_options
class SearchOptions(InputOptions):
    """The data of a search, and what narrows it."""

    loss: tuple[str, ...] = option(
        "-l",
        "--loss",
        metavar="ID",
        many=True,
        complete=loss_names,
        help="Look at these losses alone; repeatable.",
    )
    weight_col: str | None = option(
        "--weight-col",
        metavar="COL",
        panel=COLUMNS,
        complete=column_names,
        help="Column of row weights.",
    )
    weight: str | None = option(
        "--weight", metavar="FILE", panel=COLUMNS, help="File of row weights."
    )
    class_weight: str | None = option(
        "--class-weight",
        metavar="W,W,…",
        help="Weights of the classes in their order, or cat=1,dog=5; numbers with and without "
        "them are tried.",
    )
    format: str = option(
        "--format", choices=FORMATS, default="table", help="How to print what is found."
    )

    def keywords(self) -> dict[str, Any]:
        """What `match` and `why` share."""
        return {
            "kind": self.kind,
            "task": self.task,
            "weight": self.weight,
            "class_weight": self._weights_of_classes(),
            "classes": self.class_names(),
            "columns": self.columns(weight=self.weight_col),
        }

    def command_of(self, match: Match) -> str:
        """The whole command line that prints the number of a match, or what it is made from."""
        flags = match.flags or match.base_flags
        if not flags:
            return ""
        words = self._command(flags, swapped=match.swapped, unweighted=match.unweighted)
        return f"{words} {flags}"

    @property
    def plain_command(self) -> str:
        """The whole command line that prints what the same rows score."""
        return self._command("")

    def _command(self, flags: str, *, swapped: bool = False, unweighted: bool = False) -> str:
        """The command up to the flags, which go before the options of the same name."""
        files = [file for file in (self.pred, self.label) if file is not None]
        words = ["losscli", *(reversed(files) if swapped else files)]
        for name, flag in (("pred_col", "-p"), ("label_col", "-y"), ("id_col", "--id-col")):
            words += [word for value in getattr(self, name) for word in (flag, value)]
        for name in ("weight_col", "weight", "classes", "kind", "task"):
            value = getattr(self, name)
            flag = f"--{name.replace('_', '-')}"
            left_out = unweighted and name.startswith("weight")
            if value is not None and f"{flag} " not in f"{flags} " and not left_out:
                words += [flag, str(value)]
        return " ".join(map(quote, words))

    def _weights_of_classes(self) -> Sequence[float] | dict[str, float] | None:
        from losscli.evaluating.option_text import class_weights

        if self.class_weight is None:
            return None
        return class_weights(self.class_weight, "--class-weight")
