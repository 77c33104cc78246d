"""The options of whatever is drawn at random."""

from __future__ import annotations

from typing import Any

from losscli.cli.names import column_names
from losscli.cli.options import option, shared_options
from losscli.errors import UsageError

CHANCE = "Chance"

_EXAMPLES = {"--resamples": "2000", "--seed": "1", "--block-length": "20"}


@shared_options
class DependenceOptions:
    """Which rows depend on each other."""

    cluster_col: tuple[str, ...] = option(
        "--cluster-col",
        metavar="COL",
        complete=column_names,
        many=True,
        panel=CHANCE,
        help="Rows of one value depend on each other (patient, document): errors are taken "
        "between them; repeatable where nested.",
    )
    block_col: str | None = option(
        "--block-col",
        metavar="COL",
        complete=column_names,
        panel=CHANCE,
        help="The same for a series: the column that names its blocks, such as date.",
    )
    block_length: str | None = option(
        "--block-length",
        metavar="N",
        panel=CHANCE,
        help="The same for rows in the order of time: N consecutive rows are a block.",
    )

    def clustered(self, keywords: dict[str, Any]) -> dict[str, Any]:
        """Keyword arguments of the API, with which rows depend on each other."""
        blocks = () if self.block_col is None else (self.block_col,)
        if blocks and self.cluster_col:
            raise UsageError(
                "--block-col and --cluster-col both name the rows that belong together",
                hint="Say --cluster-col for each of several nested columns.",
            )
        columns = keywords["columns"].changed(cluster=(*self.cluster_col, *blocks))
        length = None
        if self.block_length is not None:
            length = _whole(self.block_length, "--block-length")
        return {**keywords, "columns": columns, "block_length": length}


@shared_options
class ResamplingOptions:
    """How often, and from which seed."""

    resamples: str = option(
        "--resamples",
        metavar="B",
        default="2000",
        panel=CHANCE,
        help="How many resamples a bootstrap or a test draws.",
    )
    seed: str = option(
        "--seed", metavar="N", default="0", panel=CHANCE, help="The seed of all that is drawn."
    )

    def drawn(self) -> dict[str, Any]:
        """The keyword arguments of the API that say the same.

        Raises UsageError for what is no whole number.
        """
        return {
            "resamples": _whole(self.resamples, "--resamples"),
            "seed": _whole(self.seed, "--seed"),
        }


def _whole(text: str, flag: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise UsageError(
            f"{flag} {text}: not a whole number", hint=f"Write {flag} {_EXAMPLES[flag]}."
        )
    return int(text)
