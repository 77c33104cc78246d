"""Memory is taken from the system once, and not for every block anew."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from tests.cli.conftest import environment
from tests.cli.program import PATIENCE

FAULTS = """
import resource
import numpy as np
import losscli
label = np.zeros(1 << 22)
for _ in range(2):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    losscli.evaluate(label, label, "mse", task="regression", threads=1)
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(faults)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc")
def test_blocks_are_not_paid_for_in_page_faults() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAULTS],
        env=environment(),
        capture_output=True,
        check=True,
        timeout=PATIENCE,
    )
    # 32 blocks, each with several arrays of 256 pages.
    assert int(done.stdout) < 32 * 256
