"""What the program never does: write over an input, run code out of data, obey a group's name."""

from __future__ import annotations

import http.server
import json
import math
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from losscli import check, evaluate
from losscli.errors import UsageError
from tests.cli.program import Here, Program, Write

TABLE = "prob,label\n.5,1\n.3,0\n.2,1\n"
CONFIG = '[check.a]\npred="p.csv"\nmax={bce=1}\n'


class TestOutputs:
    @pytest.mark.parametrize("link", ["same", "symbolic", "hard"])
    @pytest.mark.parametrize(
        "words",
        [
            ("eval", "p.csv", "-l", "bce", "-o", "out.csv"),
            ("rows", "p.csv", "-l", "bce", "-o", "out.csv"),
            ("check", "p.csv", "--max", "bce=9", "--metrics", "out.csv"),
            ("check", "p.csv", "-l", "bce", "--baseline", "out.csv", "--update-baseline"),
            ("batch", "x.csv", "--label", "p.csv", "-l", "bce", "-o", "out.csv"),
            ("batch", "--manifest", "m.csv", "-l", "bce", "-o", "out.csv"),
            ("check", "--metrics", "out.csv"),
        ],
        ids=lambda words: " ".join(words[:4]),
    )
    def test_none_takes_the_place_of_an_input(
        self, tmp_path: Path, here: Here, write: Write, words: tuple[str, ...], link: str
    ) -> None:
        write("p.csv", TABLE)
        write("x.csv", TABLE)
        write("m.csv", "name,pred\na,p.csv\n")
        write("losscli.toml", CONFIG)
        if link == "symbolic":
            (tmp_path / "out.csv").symlink_to("p.csv")
        elif link == "hard":
            os.link(tmp_path / "p.csv", tmp_path / "out.csv")
        else:
            words = tuple("p.csv" if word == "out.csv" else word for word in words)
        answer = here(*words)
        assert (answer.code, answer.out) == (2, "")
        assert "is an input" in answer.err
        assert (tmp_path / "p.csv").read_text() == TABLE


class TestCode:
    LOSS = "def f(pred, label):\n    return abs(pred - label)\n"
    MODULE = f"import pathlib\npathlib.Path('ran').touch()\n{LOSS}"

    def test_a_manifest_imports_nothing(self, tmp_path: Path, here: Here, write: Write) -> None:
        write("p.csv", TABLE)
        write("own_of_manifest.py", self.MODULE)
        write("m.csv", "name,pred,loss\na,p.csv,own_of_manifest:f\n")
        answer = here("batch", "--manifest", "m.csv")
        assert (answer.code, answer.out) == (3, "")
        assert "-l own_of_manifest:f" in answer.err
        assert not (tmp_path / "ran").exists()

    def test_a_module_that_the_command_names_is_allowed(self, here: Here, write: Write) -> None:
        write("p.csv", TABLE)
        write("own_of_command.py", self.MODULE)
        write("m.csv", "name,pred,loss\na,p.csv,own_of_command:f\n")
        assert here("batch", "--manifest", "m.csv", "-l", "own_of_command:f").code == 0

    def test_the_import_path_is_as_before(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Write
    ) -> None:
        monkeypatch.chdir(tmp_path)
        write("own_path.py", "def f(pred, label):\n    return abs(pred - label)\n")
        # A module of the working folder hides none that is installed.
        write("colorsys.py", "raise RuntimeError('hidden')")
        before = list(sys.path)
        evaluate([0.5], [1.0], "own_path:f")
        assert sys.path == before
        with pytest.raises(UsageError, match="colorsys has no"):
            evaluate([0.5], [1.0], "colorsys:f")

    def test_a_loss_cannot_change_what_others_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Write
    ) -> None:
        monkeypatch.chdir(tmp_path)
        write("own_changes.py", "def f(pred, label):\n    pred[...] = 0\n    return pred\n")
        with pytest.raises(UsageError, match="read-only"):
            evaluate([0.5, 0.1], [1.0, 0.0], ["own_changes:f", "mae"])

    def test_a_built_in_function_that_does_not_say_what_it_takes(self) -> None:
        with pytest.raises(UsageError, match="math:hypot"):
            evaluate([0.5], [1.0], "math:hypot")


class TestSettings:
    @pytest.mark.parametrize(
        "line",
        [
            'significant = "yes"',
            "significant = 1",
            "by_class = 1",
            "by_col = 3",
            "by_col = [1]",
            "baseline = 1979-05-27",
            "label = 1979-05-27",
            "kind = 3",
            "classes = {a = 1}",
            "tolerance = true",
            "min = 3",
            "min = {bce = true}",
            f"min = {{bce = 1{'0' * 400}}}",
        ],
    )
    def test_one_of_another_type_is_refused(self, here: Here, write: Write, line: str) -> None:
        write("p.csv", TABLE)
        write("losscli.toml", f"{CONFIG}{line}\n")
        answer = here("check")
        assert (answer.code, answer.out) == (3, ""), answer.err
        assert "losscli.toml, table [check.a]" in answer.err
        assert line.partition(" ")[0] in answer.err
        assert "internal error" not in answer.err

    @pytest.mark.parametrize("text", ["tool = 3\n", "[tool]\nlosscli = 3\n"])
    def test_a_pyproject_of_others_is_none_of_ours(
        self, here: Here, write: Write, text: str
    ) -> None:
        write("pyproject.toml", text)
        answer = here("check")
        assert answer.code == 2
        assert "nothing to check" in answer.err

    def test_a_date_in_a_manifest(self, here: Here, write: Write) -> None:
        write("m.toml", "[[pair]]\npred=1979-05-27\n")
        answer = here("batch", "--manifest", "m.toml", "-l", "bce")
        assert answer.code == 3
        assert "pred is" in answer.err

    @pytest.mark.parametrize("template", ["{stem:{stem}}", "{stem!r}", "{stem:>9}"])
    def test_a_field_of_a_template_is_a_name(self, here: Here, write: Write, template: str) -> None:
        write("p.csv", TABLE)
        answer = here("batch", "p.csv", "--label", template, "-l", "bce")
        assert (answer.code, answer.out) == (2, "")
        assert "name in braces" in answer.err


class TestTypes:
    @pytest.mark.parametrize(
        ("option", "given"),
        [
            ("explain", "yes"),
            ("by_class", 1),
            ("threads", 1.5),
            ("threads", True),
            ("block_length", True),
            ("resamples", "many"),
            ("seed", None),
            ("like", None),
            ("scheduler", 5),
            ("announce", 3),
            ("progress", 7),
            ("columns", "prob"),
            ("inputs", ["x2"]),
            ("class_weight", "balanced"),
        ],
    )
    def test_an_option_of_the_wrong_type_is_named(self, option: str, given: object) -> None:
        options: dict[str, Any] = {option: given}
        with pytest.raises(UsageError, match=f"{option}=.*: say "):
            evaluate([0.5, 0.2], [1, 0], "bce", **options)

    @pytest.mark.parametrize("losses", [5, [5], [b"bce"], abs])
    def test_a_loss_is_asked_for_by_its_name(self, losses: Any) -> None:
        with pytest.raises(UsageError, match="is no name of a loss"):
            evaluate([0.5, 0.2], [1, 0], losses)

    def test_a_gate_is_not_left_open_by_a_word(self) -> None:
        wrong: Any = "yes"
        with pytest.raises(UsageError, match="significant='yes'"):
            check([0.5], [1], "bce", significant=wrong, baseline_pred=[0.4])

    def test_class_weights_are_within_the_range_of_weights(self) -> None:
        for weight in (1e308, 1e-308, math.nan, -1.0):
            with pytest.raises(UsageError, match="class weights are 0, or from 1e-100 to 1e"):
                evaluate([0.5, 0.2], [1, 0], "bce", class_weight=[weight, 1.0])


class TestStreams:
    GROUPS = "prob,label,g\n.5,1,::error::x\n.2,0,##[error]y\n.3,1,é\n"

    @pytest.mark.parametrize("format", ["table", "csv", "json", "markdown"])
    def test_no_group_commands_github(self, here: Here, write: Write, format: str) -> None:
        write("g.csv", self.GROUPS)
        words = ("g.csv", "-l", "mae", "--by-col", "g", "--format", format)
        answer = here(*words, env={"GITHUB_ACTIONS": "true"})
        assert answer.code == 0
        lines = (answer.out + answer.err).splitlines()
        assert not [line for line in lines if line.strip().startswith("::") or "##[" in line]

    def test_json_is_json_where_only_ascii_can_be_written(
        self, losscli: Program, write: Write
    ) -> None:
        write("g.csv", self.GROUPS.replace("é", "é\U0001f600"))
        words = ("g.csv", "-l", "mae", "--by-col", "g", "--format", "json")
        answer = losscli(*words, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
        assert "é\U0001f600" in json.dumps(json.loads(answer.out), ensure_ascii=False)

    def test_openmetrics_hold_no_escapes(self, here: Here, write: Write, tmp_path: Path) -> None:
        write("g.csv", "prob,label,g\n.5,1,\x1b[31mred\n.2,0,\x1b[31mred\n")
        words = ("check", "g.csv", "--max", "mae=1", "--by-col", "g", "--openmetrics", "m.txt")
        assert here(*words).code == 0
        assert "\x1b" not in (tmp_path / "m.txt").read_text()

    @pytest.mark.parametrize("redirect", ["2>/dev/full", "2>&-"])
    def test_a_check_is_kept_where_nothing_can_be_said(
        self, tmp_path: Path, write: Write, redirect: str
    ) -> None:
        import subprocess

        from tests.cli.conftest import environment

        write("p.csv", TABLE)
        words = f'"{sys.executable}" -m losscli check p.csv --max bce=9 {redirect}'
        done = subprocess.run(
            words, shell=True, cwd=tmp_path, env=environment(), capture_output=True, check=False
        )
        assert done.returncode == 0
        assert b"1 rule kept" in done.stdout or b"1 of 1" in done.stdout

    def test_stdin_that_is_closed(self, tmp_path: Path) -> None:
        import subprocess

        from tests.cli.conftest import environment

        words = f'"{sys.executable}" -m losscli - -l bce <&-'
        done = subprocess.run(
            words, shell=True, cwd=tmp_path, env=environment(), capture_output=True, check=False
        )
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"standard input is closed" in done.stderr

    @pytest.mark.parametrize("columns", ["9" * 25, "100000"])
    def test_a_screen_of_any_width(self, here: Here, write: Write, columns: str) -> None:
        write("p.csv", TABLE)
        assert here("p.csv", "-l", "bce", columns=int(columns)).code == 0


class _Answering(http.server.BaseHTTPRequestHandler):
    """A HEAD that states less than GET delivers; other paths are the status that they name."""

    def do_HEAD(self) -> None:
        self._answer(len(TABLE) - 10, b"")

    def do_GET(self) -> None:
        self._answer(len(TABLE), TABLE.encode())

    def _answer(self, length: int, body: bytes) -> None:
        if self.path.startswith("/status/"):
            status = int(self.path.rpartition("/")[2])
            self.send_response(status)
            if status == 302:
                self.send_header("Location", self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[str]:
    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    thread = threading.Thread(target=found.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{found.server_port}"
    found.shutdown()
    found.server_close()


class TestHttp:
    def test_all_is_read_that_is_delivered(self, here: Here, server: str) -> None:
        answer = here(f"{server}/p.csv", "-l", "mae", "--format", "json")
        assert answer.json["results"][0]["n"] == 3

    @pytest.mark.parametrize(
        ("path", "said"),
        [("/status/404", "no such file"), ("/status/401", "401"), ("/status/500", "500")],
    )
    def test_what_went_wrong_is_said(self, here: Here, server: str, path: str, said: str) -> None:
        answer = here(f"{server}{path}", "-l", "mae")
        assert (answer.code, answer.out) == (3, "")
        assert said in answer.err

    @pytest.mark.parametrize("url", ["http://127.0.0.1:1/x.csv", "http://[::1]:1/x.csv"])
    def test_nobody_there(self, here: Here, url: str) -> None:
        answer = here(url, "-l", "mae")
        assert answer.code == 3
        assert url in answer.err
        assert "cannot be fetched" in answer.err
        assert "Invalid" not in answer.err

    def test_a_redirect_without_end(self, here: Here, server: str) -> None:
        answer = here(f"{server}/status/302", "-l", "mae")
        assert answer.code == 3
        assert "cannot be fetched" in answer.err


class TestPlaces:
    def test_a_name_that_is_too_long(self, here: Here, write: Write) -> None:
        far = "../" * 2000 + "p.csv"
        write("m.jsonl", json.dumps({"pred": far}) + "\n")
        for words in (("batch", "--manifest", "m.jsonl"), ("batch", far), (far,)):
            answer = here(*words, "-l", "bce")
            assert answer.code == 3, answer.err
            assert "internal error" not in answer.err + answer.out

    def test_results_cannot_be_taken_up_from_a_pipe(
        self, tmp_path: Path, here: Here, write: Write
    ) -> None:
        write("p.csv", TABLE)
        os.mkfifo(tmp_path / "r.jsonl")
        answer = here("batch", "p.csv", "-l", "bce", "-o", "r.jsonl")
        assert (answer.code, answer.out) == (2, "")
        assert "r.jsonl" in answer.err

    def test_a_tail_of_zeros_is_resumed(self, tmp_path: Path, here: Here, write: Write) -> None:
        write("p.csv", TABLE)
        words = ("batch", "p.csv", "-l", "bce", "-o", "r.jsonl")
        assert here(*words).code == 0
        whole = (tmp_path / "r.jsonl").read_bytes()
        (tmp_path / "r.jsonl").write_bytes(whole + bytes(4096))
        assert here(*words, "--resume").code == 0
        assert (tmp_path / "r.jsonl").read_bytes() == whole

    @pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
    def test_a_device_without_end(self, here: Here, write: Write) -> None:
        answer = here("/dev/zero", write("p.csv", TABLE), "-l", "bce")
        assert (answer.code, answer.out) == (3, "")
        assert "/dev/zero: is a device" in answer.err

    @pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
    @pytest.mark.parametrize(
        ("file", "words"),
        [
            ("c.toml", ("check", "--config", "c.toml")),
            ("m.csv", ("batch", "--manifest", "m.csv", "-l", "bce")),
            ("b.json", ("check", "p.csv", "-l", "bce", "--baseline", "b.json")),
            ("x.npy", ("compare", "p.csv", "x.npy", "-l", "bce")),
        ],
    )
    def test_a_device_without_end_behind_any_name(
        self, tmp_path: Path, here: Here, write: Write, file: str, words: tuple[str, ...]
    ) -> None:
        write("p.csv", TABLE)
        (tmp_path / file).symlink_to("/dev/zero")
        answer = here(*words)
        assert (answer.code, "is a device" in answer.err + answer.out) == (3, True), answer.err

    @pytest.mark.parametrize(
        "words",
        [
            ("", "-l", "bce"),
            ("p.csv", "", "-l", "bce"),
            ("p.csv", "--weight", "", "-l", "bce"),
            ("batch", "", "-l", "bce"),
            ("compare", "p.csv", "", "-l", "bce"),
            ("recommend", ""),
            ("match", "0.5", ""),
        ],
    )
    def test_an_empty_name_is_not_the_working_folder(
        self, here: Here, write: Write, words: tuple[str, ...]
    ) -> None:
        write("p.csv", TABLE)
        answer = here(*words)
        assert (answer.code, answer.out) == (2, "")
        assert "is empty" in answer.err

    def test_a_baseline_is_a_number(self, tmp_path: Path, here: Here, write: Write) -> None:
        write("p.csv", "pred,label\n1,2\n")
        words = ("check", "p.csv", "-l", "r2", "--baseline", "b.json", "--update-baseline")
        assert here(*words).code == 3
        assert not (tmp_path / "b.json").exists()


class TestPlugins:
    @pytest.mark.parametrize(
        ("module", "said"),
        [
            (None, "ModuleNotFoundError"),
            ("raise SystemExit(0)", "SystemExit"),
            ("1 / 0", "ZeroDivisionError"),
            ("other = 1", "AttributeError"),
            ("found = 3", "no function"),
        ],
    )
    def test_one_that_cannot_be_loaded_is_named(
        self,
        tmp_path: Path,
        here: Here,
        write: Write,
        monkeypatch: pytest.MonkeyPatch,
        module: str | None,
        said: str,
    ) -> None:
        import importlib.metadata

        write("p.csv", TABLE)
        name = f"plugin_{abs(hash(said))}"
        if module is not None:
            write(f"{name}.py", module)
        entry = importlib.metadata.EntryPoint("wanted", f"{name}:found", "losscli.losses")
        monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: [entry])
        monkeypatch.syspath_prepend(tmp_path)
        answer = here("check", "p.csv", "--max", "wanted=9")
        assert (answer.code, answer.out) == (2, "")
        assert "wanted" in answer.err
        assert said in answer.err
