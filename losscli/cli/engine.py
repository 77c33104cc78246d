"""The options that say where the work is done."""

from __future__ import annotations

from typing import Any

from losscli.cli.inputs import WORK
from losscli.cli.options import option, shared_options


@shared_options
class EngineOptions:
    """On this machine, or on the processes of a Dask cluster."""

    engine: str = option(
        "--engine",
        choices=("local", "dask"),
        default="local",
        panel=WORK,
        help="Who does the work: this machine, or the processes of a Dask cluster.",
    )
    scheduler: str | None = option(
        "--scheduler",
        metavar="ADDRESS",
        panel=WORK,
        help="The Dask cluster to join: tcp://host:8786. Its workers open the same files.",
    )

    def engines(self) -> dict[str, Any]:
        """Keyword arguments of the API."""
        return {"engine": self.engine, "scheduler": self.scheduler}
