"""Settings that hold for all tests, and what several rooms share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.engine.dask_processes import Processes

settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    max_examples=10,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """A Dask scheduler and two workers; a test that kills a worker puts another in its place."""
    from tests.engine.dask_processes import processes

    with processes(tmp_path_factory.mktemp("cluster"), 2) as started:
        yield started
