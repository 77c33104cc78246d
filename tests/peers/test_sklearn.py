"""scikit-learn's own tests of its losses hold for losscli under scikit-learn's names."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("sklearn", reason="scikit-learn, whose tests these are, is not installed")

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("module", ["test_regression", "test_classification"])
def test_its_own_tests_pass_with_losscli_for_its_losses(module: str, tmp_path: Path) -> None:
    from sklearn.metrics import tests

    from tests.peers.left_out import LEFT_OUT

    file = Path(tests.__file__).parent / f"{module}.py"
    settings = tmp_path / "pytest.ini"
    settings.write_text("[pytest]\n")
    words = ["-q", f"-c={settings}", f"--rootdir={file.parent}", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words, "-p", "tests.peers.answers", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    counts = {word: int(count) for count, word in re.findall(r"(\d+) (\w+)", done.stdout)}
    assert counts["passed"] > 20
    assert counts.get("xfailed", 0) <= len(LEFT_OUT) + 2
