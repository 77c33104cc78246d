"""What the TAB key offers in each shell, by the scripts that `--install-completion` puts there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from losscli.cli.app import option_types
from losscli.cli.names import column_names
from losscli.cli.options import specs_of
from losscli.losses.registry import REGISTRY
from tests.cli.conftest import environment
from tests.cli.program import Here, Program, Write

Complete = Callable[..., list[str]]


@pytest.fixture
def complete(here: Here, monkeypatch: pytest.MonkeyPatch) -> Complete:
    """The offers at the end of a line; its pieces as bash parts them at blanks, `=` and `:`."""

    def offers(line: str, *further: str) -> list[str]:
        pieces = [*line.split(" "), *further]
        monkeypatch.setenv("_LOSSCLI_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", "\n".join(["losscli", *pieces]))
        monkeypatch.setenv("COMP_CWORD", str(len(pieces)))
        answer = here()
        assert answer.err == ""
        assert answer.code == (0 if answer.out else 1)
        return answer.out.splitlines()

    return offers


@pytest.fixture
def other(here: Here, monkeypatch: pytest.MonkeyPatch) -> Complete:
    """What another shell is told at the end of a line."""

    def told(shell: str, line: str, word: str | None = None) -> list[str]:
        monkeypatch.setenv("_LOSSCLI_COMPLETE", f"complete_{shell}")
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", f"losscli {line}")
        if word is not None:
            monkeypatch.setenv("_TYPER_COMPLETE_WORD_TO_COMPLETE", word)
        answer = here()
        assert answer.err == ""
        return answer.out.splitlines()

    return told


@pytest.fixture
def table(write: Write) -> str:
    return write("t.csv", "case,p_cat,p_dog,site,label\n1,0.2,0.8,a,dog\n2,0.9,0.1,b,cat\n")


class TestCommandsAndOptions:
    def test_commands(self, complete: Complete) -> None:
        assert complete("") == list(option_types())
        assert complete("re") == ["recommend"]

    def test_options_that_are_not_given_yet(self, complete: Complete) -> None:
        assert complete("eval --red") == ["--reduction"]
        assert complete("eval --quiet --qu") == []
        assert complete("eval -l bce --los") == ["--loss"]
        assert {"--version", "--like", "-l"} <= set(complete("-"))

    def test_files_are_left_to_the_shell(self, complete: Complete, table: str) -> None:
        assert complete("t.c") == complete("eval t.c") == complete("eval t.csv ") == []
        assert complete("eval -- --li") == []


class TestValues:
    @pytest.mark.parametrize(
        ("line", "offers"),
        [
            ("eval --kind lo", ["logit", "log_probability"]),
            ("eval --format j", ["json", "jsonl"]),
            ("eval --like ke", ["keras"]),
            ("eval -l binary_c", ["binary_cross_entropy"]),
            ("-l binary_c", ["binary_cross_entropy"]),
            ("p.npy y.npy -l mse,binary_c", ["mse,binary_cross_entropy"]),
            ("eval -l mse -l mse,binary_c", ["mse,binary_cross_entropy"]),
            ("batch runs --sort binary_c", ["binary_cross_entropy"]),
            ("losses binary_c", ["binary_cross_entropy"]),
            ("check --undecided ", ["pass", "fail"]),
            ("eval --nothing x", []),
        ],
    )
    def test_of_an_option(self, complete: Complete, line: str, offers: list[str]) -> None:
        assert complete(line) == offers

    def test_bash_replaces_what_follows_an_equals_sign(self, complete: Complete) -> None:
        assert complete("eval --like", "=", "ke") == ["keras"]
        assert "keras" in complete("eval --like", "=")
        assert complete("--like", "=", "ke") == ["keras"]
        assert complete("eval --nothing", "=", "ke") == []
        assert complete("eval --like", "=", "keras", "--kind", "=", "perc") == ["percent"]
        found = complete("eval -l focal", ":", "gamma", "=", "2,binary_c")
        assert found == ["2,binary_cross_entropy"]

    def test_every_name_of_a_loss(self, complete: Complete) -> None:
        names = {name for loss in REGISTRY for name in (loss.id, *loss.aliases)}
        found = complete("eval -l ")
        assert (set(found), len(found)) == (names, len(names))


class TestColumns:
    def test_every_option_that_takes_a_column_completes_columns(self) -> None:
        for options in option_types().values():
            for spec in specs_of(options).values():
                assert (spec.metavar == "COL") == (spec.complete is column_names), spec.flags

    @pytest.mark.parametrize(
        ("line", "offers"),
        [
            ("eval t.csv -p p", ["p_cat", "p_dog"]),
            ("t.csv -p p", ["p_cat", "p_dog"]),
            ("-p p_d", []),
            ("t.csv -q -p p_cat -y la", ["label"]),
            ("rows t.csv -lbce --weight-col s", ["site"]),
            ("match 0.18 t.csv -p p_d", ["p_dog"]),
            ("compare a.npy b.npy --label t.csv --cluster-col s", ["site"]),
            ("check a.npy --baseline-pred t.csv --id-col ca", ["case"]),
            ("./t.csv --group-col ", ["case", "p_cat", "p_dog", "site", "label"]),
            ("'t.csv' --weight-col s", ["site"]),
            ("batch *.csv -y l", ["label"]),
            ("batch . -y l", ["label"]),
        ],
    )
    def test_of_the_files_on_the_line(
        self, complete: Complete, table: str, line: str, offers: list[str]
    ) -> None:
        assert complete(line) == offers

    def test_of_two_files(self, complete: Complete, table: str, write: Write) -> None:
        write("y.jsonl", '{"case": 1, "truth": 0}\n{"case": 2, "truth": 1}\n')
        found = complete("t.csv y.jsonl --id-col ")
        assert found == ["case", "p_cat", "p_dog", "site", "label", "truth"]

    def test_after_an_equals_sign(self, complete: Complete, table: str) -> None:
        assert complete("t.csv --pred-col", "=", "p_c") == ["p_cat"]
        assert complete("compare a b --label", "=", "t.csv", "-y", "l") == ["label"]

    def test_what_means_something_to_bash_is_escaped(
        self, complete: Complete, write: Write
    ) -> None:
        write("t.csv", "my prob,my (old) prob,a:b,y\n0.1,0.2,0.3,1\n")
        assert complete("t.csv -p my") == [r"my\ prob", r"my\ \(old\)\ prob"]
        assert complete("t.csv -p", r"my\ p") == [r"my\ prob"]
        assert complete("t.csv -p", "'my p") == ["my prob"]
        assert complete("t.csv -p a", ":") == ["b"]

    def test_no_file_can_put_a_command_on_the_line(
        self, complete: Complete, other: Complete, write: Write
    ) -> None:
        write("t.csv", "p$(touch x),p`id`,p\\a,p!!,p'a,prob,y\n1,1,1,1,1,1,1\n")
        assert complete("t.csv -p p") == ["prob"]
        assert other("zsh", "t.csv -p p") == ["""_arguments '*: :(("prob"))'"""]

    def test_whatever_is_no_table_offers_nothing(self, complete: Complete, write: Write) -> None:
        write("p.npy", np.ones(3))
        write("damaged.parquet", b"PAR1 and no more")
        write("empty.csv", "")
        os.mkfifo("pipe")
        for name in ("p.npy", "damaged.parquet", "empty.csv", "pipe", "gone.csv", "-", "0.18"):
            assert complete(f"{name} -p ") == []
        assert complete("https://example.org/t.csv -p ") == []

    def test_what_is_held_as_a_whole_is_read_where_it_is_small(
        self, complete: Complete, write: Write
    ) -> None:
        rows = '[{"prob": 0.1, "y": 1}]'
        write("t.json", rows)
        assert complete("t.json -p p") == ["prob"]
        write("t.json", rows + " " * (1 << 22))
        assert complete("t.json -p p") == []


class TestOtherShells:
    def test_zsh(self, other: Complete, table: str) -> None:
        assert other("zsh", "eval --like=ke") == ["""_arguments '*: :(("--like=keras"))'"""]
        assert " ".join(other("zsh", "t.csv -p p_")).count('"p_') == 2
        assert other("zsh", "eval t.c") == ["_files"]
        [said] = other("zsh", "batch --manif")
        assert said.startswith("""_arguments '*: :(("--manifest":"CSV, TOML or""")

    def test_fish(self, other: Complete, table: str) -> None:
        assert other("fish", "t.csv -p ")[1:3] == ["p_cat", "p_dog"]
        assert other("fish", "eval --like=ke") == ["--like=keras"]
        assert other("fish", "compar")[0].startswith("compare\tSay whether models differ")
        assert other("fish", "t.c") == []

    def test_powershell(self, other: Complete, write: Write) -> None:
        write("t.csv", "my prob,y\n0.1,1\n")
        assert other("powershell", "t.csv -p my", "my") == ["'my prob'::: "]
        assert other("powershell", "t.csv -p", "") == ["'my prob'::: ", "y::: "]


# Types the lines into a bash; in place of a command, its words are written down.
@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.usefixtures("table")
def test_a_real_bash(losscli: Program, tmp_path: Path) -> None:
    # Else Typer takes the shell that the tests were started from.
    named = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    script = losscli("--show-completion", "bash", env=named).out
    (tmp_path / "rc").write_text(f"PS1=\n{script}\n")
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "losscli"
    program.write_text(
        f'#!/bin/sh\n[ "$_LOSSCLI_COMPLETE" ] && exec "{sys.executable}" -m losscli\n'
        'echo "$*" >> words\n'
    )
    program.chmod(0o755)
    path = os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]])
    ours, terminal = os.openpty()
    with subprocess.Popen(
        ["bash", "--noprofile", "--rcfile", "rc", "-i"],
        cwd=tmp_path,
        env={**environment(), "PATH": path, "TERM": "dumb"},
        stdin=terminal,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ):
        for line in ("t.csv -p p_c\t--like=ke\t", "rows t.cs\t-l mse,brier_sk\t"):
            os.write(ours, f"losscli {line}\r".encode())
        os.write(ours, b"exit\r")
    os.close(terminal)
    os.close(ours)
    assert (tmp_path / "words").read_text().splitlines() == [
        "t.csv -p p_cat --like=keras",
        "rows t.csv -l mse,brier_skill_score",
    ]
