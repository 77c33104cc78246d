"""What is published: a wheel and a source archive, as `python -m build` makes them."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from docs import command_pages
from losscli.version import __version__

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.package


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    words = ["-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    return folder


def test_the_wheel_holds_the_package_and_the_man_pages_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(built / f"losscli-{__version__}-py3-none-any.whl") as wheel:
        names = set(wheel.namelist())
        manual = f"losscli-{__version__}.data/data/share/man/man1"
        pages = {f"{manual}/{name}": text for name, text in command_pages.man_pages().items()}
        assert {name: wheel.read(name).decode() for name in pages} == pages
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "losscli").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "losscli/py.typed" in package
    info = f"losscli-{__version__}.dist-info"
    about = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
    assert names == package | pages.keys() | {f"{info}/{name}" for name in about}


def test_the_source_archive_holds_what_the_tests_need(built: Path) -> None:
    with tarfile.open(built / f"losscli-{__version__}.tar.gz") as archive:
        names = {
            Path(name).relative_to(f"losscli-{__version__}").as_posix()
            for name in archive.getnames()
        }
    needed = (
        "hatch_build.py",
        "losscli/cli/app.py",
        "tests/test_docs.py",
        "sample_data/wine.csv",
        "action.yml",
    )
    assert names >= {*needed, "docs/tour.md", "mkdocs.yml", "README.md", "CHANGELOG.md", "LICENSE"}


def test_the_wheel_runs_from_where_it_is_installed(built: Path, tmp_path: Path) -> None:
    [wheel] = built.glob("*.whl")
    words = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path), str(wheel)]
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    command = [sys.executable, "-c", "import losscli; print(losscli.__file__)"]
    said = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, check=True, capture_output=True
    )
    assert Path(said.stdout.decode().strip()).is_relative_to(tmp_path)
    assert (tmp_path / "share" / "man" / "man1" / "losscli.1").exists()
