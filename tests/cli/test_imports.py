"""What a command imports: nothing heavy that it does not use."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import environment
from tests.cli.program import Write

TABLES = {"pandas", "pyarrow"}
HEAVY = TABLES | {"scipy", "matplotlib", "dask", "sklearn"}

# The program as the console script starts it, once for each command; then what was imported, on
# stderr.
_RUN = """
import json, sys
from losscli.cli.app import main
codes = []
for words in json.loads(sys.argv[1]):
    sys.argv[1:] = words
    try:
        main()
    except SystemExit as done:
        codes.append(done.code)
print(json.dumps({"codes": codes, "modules": sorted(sys.modules)}), file=sys.stderr)
"""


def imported(folder: Path, *commands: list[str]) -> set[str]:
    """The modules that any of some commands imports."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, json.dumps(commands)],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(done.stderr.splitlines()[-1])
    assert len(report["codes"]) == len(commands)
    assert set(report["codes"]) <= {0, None}, done.stderr
    return set(report["modules"])


def test_an_evaluation_of_arrays_imports_numpy_alone(tmp_path: Path, write: Write) -> None:
    files = write("p.npy", [0.9, 0.2]), write("y.npy", [1, 0])
    modules = imported(
        tmp_path,
        ["eval", *files, "--format", "json"],
        ["eval", *files, "--format", "jsonl"],
        ["eval", *files, "--format", "csv"],
        ["eval", *files, "-q"],
        ["eval", *files, "-l", "bce,mse", "-q"],
        ["eval", *files, "-l", "bce", *"--like textbook --reduction sum -o out.json".split()],
    )
    assert modules.isdisjoint(HEAVY | {"rich", "typer", "click", "pydantic"})
    assert "numpy" in modules


def test_a_table_for_reading_needs_rich_and_no_more(tmp_path: Path, write: Write) -> None:
    files = write("p.npy", [0.9, 0.2]), write("y.npy", [1, 0])
    values = write("a.npy", [0.9, 2.2, 7.5]), write("b.npy", [1.5, 2.5, 6.0])
    modules = imported(tmp_path, [*files], [*values])
    assert "rich" in modules
    assert "losscli.inputs.roles.decision" not in modules
    assert modules.isdisjoint(HEAVY | {"typer", "click", "pydantic", "numpy.ma", "hashlib"})


def test_help_imports_no_reader(tmp_path: Path) -> None:
    modules = imported(
        tmp_path,
        ["--help"],
        ["eval", "--help"],
        ["recommend", "--help"],
        ["losses", "--help"],
        ["--version"],
    )
    assert modules.isdisjoint(HEAVY | {"losscli.evaluating.evaluate", "losscli.inputs.delimited"})


def test_a_version_imports_no_numpy(tmp_path: Path) -> None:
    assert "numpy" not in imported(tmp_path, ["--version"])


def test_the_losses_import_no_reader(tmp_path: Path) -> None:
    modules = imported(tmp_path, ["losses"], ["losses", "bce"])
    assert modules.isdisjoint(HEAVY | {"rich", "typer", "click", "pydantic"})
    assert modules.isdisjoint({"losscli.evaluating.evaluate", "losscli.inputs.delimited"})


def test_typed_values_need_no_reader_of_tables(tmp_path: Path) -> None:
    modules = imported(tmp_path, ["recommend", "--values", "0.5", "--format", "json"])
    assert modules.isdisjoint(HEAVY | {"rich", "typer", "click", "pydantic"})


TEXTS = {
    "t.csv": "prob,label\n0.9,1\n0.2,0\n",
    "t.jsonl": '{"id": "a", "prob": 0.9, "label": 1}\n{"id": "b", "prob": 0.2, "label": 0}\n',
}
# It takes longer to load than a small evaluation.
SLOW = {"pandas", "scipy", "numpy.ma", "pyarrow.compute"}


@pytest.mark.parametrize("name", TEXTS)
def test_one_table_needs_no_pandas(tmp_path: Path, write: Write, name: str) -> None:
    file = write(name, TEXTS[name])
    assert imported(tmp_path, [file, "--format", "json"]).isdisjoint(SLOW)


def test_a_page_needs_neither_scipy_nor_pandas(tmp_path: Path, write: Write) -> None:
    rows = "".join(f"0.{place},{place % 2}\n" for place in range(1, 60))
    file = write("t.csv", f"prob,label\n{rows}")
    modules = imported(tmp_path, [file, "-o", "page.html"])
    assert modules.isdisjoint({"scipy", "pandas", "altair"})


def test_the_package_imports_nothing_before_it_is_used(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import losscli, sys; print(*sys.modules)"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()).isdisjoint(HEAVY | {"numpy", "rich", "typer"})
