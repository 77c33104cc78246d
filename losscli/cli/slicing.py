"""The options that group rows."""

from __future__ import annotations

from typing import Any

from losscli.cli.inputs import COLUMNS
from losscli.cli.names import column_names
from losscli.cli.options import option, shared_options, switch


@shared_options
class SlicingOptions:
    """By which columns."""

    by_col: tuple[str, ...] = option(
        "--by-col",
        metavar="COL",
        complete=column_names,
        many=True,
        panel=COLUMNS,
        help="The losses of each value of this column too: a name or a glob; repeatable.",
    )
    by_class: bool = switch(
        "--by-class", panel=COLUMNS, help="The losses of the rows of each class too."
    )

    def sliced(self, keywords: dict[str, Any]) -> dict[str, Any]:
        """Keyword arguments of the API, with what these options say."""
        columns = keywords["columns"].changed(by=self.by_col)
        return {**keywords, "columns": columns, "by_class": self.by_class}
