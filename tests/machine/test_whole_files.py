"""Output files that appear whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from losscli.errors import UsageError
from losscli.machine.whole_files import write_whole
from tests.cli.program import PATIENCE

ROOT = Path(__file__).parents[2]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Full(OSError):
    def __init__(self) -> None:
        super().__init__(28, "No space left on device")


class TestWhole:
    def test_it_is_written(self, tmp_path: Path) -> None:
        write_whole(str(tmp_path / "r.json"), "{}\n☃ \udc80")
        assert (tmp_path / "r.json").read_bytes() == b"{}\n\xe2\x98\x83 \\udc80"
        assert names(tmp_path) == ["r.json"]

    def test_a_name_as_long_as_names_may_be(self, tmp_path: Path) -> None:
        write_whole(str(tmp_path / ("r" * 255)), "new")
        assert names(tmp_path) == ["r" * 255]

    @pytest.mark.parametrize("step", ["fsync", "replace"])
    @pytest.mark.parametrize("error", [Full, KeyboardInterrupt])
    def test_a_failure_leaves_the_old_file_and_no_other(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        step: str,
        error: type[BaseException],
    ) -> None:
        def fail(*_: object) -> None:
            raise error

        (tmp_path / "r.json").write_text("old")
        place = (Path, "replace") if step == "replace" else (os, "fsync")
        monkeypatch.setattr(*place, fail)
        with pytest.raises(UsageError if error is Full else error):
            write_whole(str(tmp_path / "r.json"), "new")
        assert (tmp_path / "r.json").read_text() == "old"
        assert names(tmp_path) == ["r.json"]

    def test_the_error_names_the_file_and_the_reason(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_: int) -> None:
            raise Full

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(UsageError) as caught:
            write_whole(str(tmp_path / "r.json"), "new")
        assert (
            str(caught.value) == f"{tmp_path}/r.json cannot be written (no space left on device)."
        )

    @pytest.mark.parametrize("place", ["no/such/r.json", "folder", "file/r.json", "nul\0.json"])
    def test_a_place_that_cannot_be_written(self, tmp_path: Path, place: str) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "file").touch()
        with pytest.raises(UsageError, match="cannot be written"):
            write_whole(str(tmp_path / place), "new")
        assert names(tmp_path) == ["file", "folder"]


class TestMode:
    @pytest.mark.parametrize("mask", [0o022, 0o077])
    def test_a_new_file_has_the_mode_that_the_user_gives_new_files(
        self, tmp_path: Path, mask: int
    ) -> None:
        before = os.umask(mask)
        try:
            write_whole(str(tmp_path / "r.json"), "new")
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "r.json").stat().st_mode) == 0o666 & ~mask

    def test_an_old_file_keeps_its_mode(self, tmp_path: Path) -> None:
        (tmp_path / "r.json").touch()
        (tmp_path / "r.json").chmod(0o640)
        write_whole(str(tmp_path / "r.json"), "new")
        assert stat.S_IMODE((tmp_path / "r.json").stat().st_mode) == 0o640


class TestLinks:
    @pytest.mark.parametrize("exists", [True, False])
    def test_the_file_behind_a_link_is_written(self, tmp_path: Path, exists: bool) -> None:
        folder = tmp_path / "folder"
        folder.mkdir()
        if exists:
            (folder / "real.json").write_text("old")
        (tmp_path / "r.json").symlink_to("folder/real.json")
        write_whole(str(tmp_path / "r.json"), "new")
        assert (tmp_path / "r.json").is_symlink()
        assert (folder / "real.json").read_text() == "new"
        assert names(folder) == ["real.json"]

    def test_a_ring_of_links_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "r.json").symlink_to("r.json")
        with pytest.raises(UsageError, match="cannot be written"):
            write_whole(str(tmp_path / "r.json"), "new")


class TestStreams:
    PROGRAM = (
        "import sys\n"
        "from losscli.machine.whole_files import write_whole\n"
        "write_whole(sys.argv[1], 'new')"
    )

    def run(self, words: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", f'"$PYTHON" -c "$PROGRAM" {words}'],
            cwd=tmp_path,
            env={**os.environ, "PYTHON": sys.executable, "PROGRAM": self.PROGRAM}
            | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )

    @pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1"])
    def test_a_pipe_by_the_name_of_standard_output(self, tmp_path: Path, name: str) -> None:
        assert self.run(f"{name} | cat", tmp_path).stdout == "new"

    @pytest.mark.parametrize(("arrow", "text"), [(">", "new"), (">>", "oldnew")])
    def test_a_file_that_standard_output_goes_to(
        self, tmp_path: Path, arrow: str, text: str
    ) -> None:
        (tmp_path / "log").write_text("old")
        self.run(f"/dev/stdout {arrow} log", tmp_path)
        assert (tmp_path / "log").read_text() == text

    def test_a_device_is_no_file_to_replace(self) -> None:
        write_whole("/dev/null", "new")
        assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)

    def test_a_named_pipe(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        read: list[str] = []
        reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
        reader.start()
        write_whole(str(pipe), "new")
        reader.join(timeout=PATIENCE)
        assert read == ["new"]
        assert stat.S_ISFIFO(pipe.stat().st_mode)
