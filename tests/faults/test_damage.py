"""Every byte of a small file damaged in turn: a value or a message, and the process goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import environment
from tests.cli.program import PATIENCE
from tests.faults.npy_cases import PRED, Y, npy
from tests.faults.table_cases import PLAIN, arrow, npz, parquet, stream

# In a process of its own, which damage must not end.
DAMAGING = """
import sys
from pathlib import Path
import losscli
from losscli.errors import LosscliError

path, label = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None
whole = path.read_bytes()
for place in range(len(whole)):
    damaged = bytearray(whole)
    damaged[place] ^= (1, 64)[place % 2]
    path.write_bytes(damaged)
    print(place, file=sys.stderr)
    try:
        losscli.evaluate(path, label, "mse", threads=1)
    except LosscliError:
        pass
"""

FILES = {
    "a.npy": npy(PRED),
    "a.npz": npz({"a.npy": npy(PRED)}),
    "t.parquet": parquet(PLAIN),
    "t.feather": arrow(PLAIN),
    "t.arrows": stream(PLAIN),
}


@pytest.mark.parametrize("name", FILES)
def test_no_damage_is_more_than_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FILES[name])
    (tmp_path / "y.npy").write_bytes(Y)
    label = ["y.npy"] if name.startswith("a") else []
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", DAMAGING, name, *label],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr[-2000:].decode()
