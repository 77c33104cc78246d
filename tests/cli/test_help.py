"""Help, and the two readers of a command line, which must agree."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import pytest

from losscli.cli.app import by_typer
from losscli.cli.batch import BatchOptions
from losscli.cli.eval import EvalOptions
from losscli.cli.losses import LossesOptions
from losscli.cli.options import parse_plain, settled
from losscli.cli.recommend import RecommendOptions
from losscli.errors import UsageError
from tests.cli.program import Here

COMMANDS: dict[str, type[Any]] = {
    "eval": EvalOptions,
    "batch": BatchOptions,
    "recommend": RecommendOptions,
    "losses": LossesOptions,
}


def flags(options: type[Any]) -> list[str]:
    return [
        flag for field in dataclasses.fields(options) for flag in field.metadata["losscli"].flags
    ]


class TestHelp:
    @pytest.mark.parametrize("flag", ["--help", "-h"])
    def test_of_the_program(self, here: Here, flag: str) -> None:
        answer = here(flag)
        assert (answer.code, answer.err) == (0, "")
        for part in ("Examples", "losscli eval preds.npy labels.npy", *COMMANDS, "--debug"):
            assert part in answer.out
        words = " ".join(answer.out.split())
        assert "0 done, 1 a check failed, 2 wrong usage, 3 bad data" in words

    @pytest.mark.parametrize("command", COMMANDS)
    def test_of_a_command_shows_examples_and_every_option(self, here: Here, command: str) -> None:
        answer = here(command, "--help", columns=120)
        assert (answer.code, answer.err) == (0, "")
        assert "Examples" in answer.out
        examples = [line for line in answer.out.splitlines() if f" losscli {command} " in line]
        assert len([line for line in examples if "Usage" not in line]) >= 2
        words = answer.out.split()
        for flag in flags(COMMANDS[command]):
            assert flag in words

    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_choice_is_listed(self, here: Here, command: str) -> None:
        words = here(command, "--help", columns=200).out
        plain = words.replace(",", " ").replace(".", " ").split()
        for field in dataclasses.fields(COMMANDS[command]):
            for choice in field.metadata["losscli"].choices:
                assert choice in (plain if choice.isalnum() else words)

    @pytest.mark.parametrize("command", COMMANDS)
    def test_only_the_screen_breaks_a_paragraph(self, here: Here, command: str) -> None:
        answer = here(command, "--help", columns=1000)
        shown = [line.strip() for line in answer.out.splitlines()]
        for text in inspect.cleandoc(COMMANDS[command].__doc__ or "").split("\n\n"):
            assert " ".join(map(str.strip, text.splitlines())) in shown

    def test_the_examples_are_command_lines(self) -> None:
        for name, options in COMMANDS.items():
            lines = [line.split() for line in (options.__doc__ or "").splitlines()]
            examples = [words[2:] for words in lines if words[:2] == ["losscli", name]]
            assert len(examples) >= 2
            assert all(parse_plain(options, words) is not None for words in examples)

    def test_the_version(self, here: Here) -> None:
        import losscli as package

        answer = here("--version")
        assert (answer.code, answer.out, answer.err) == (0, f"losscli {package.__version__}\n", "")


class TestTwoReaders:
    """`parse_plain` reads common command lines fast; where it answers, Typer says the same."""

    @pytest.mark.parametrize(
        "line",
        [
            "eval",
            "eval p.npy",
            "eval p.npy y.npy",
            "eval -",
            "eval - -",
            "eval p.npy y.npy -q",
            "eval -q p.npy --quiet y.npy",
            "eval p.npy y.npy -l bce -l mse,focal:gamma=2 --loss=brier",
            "eval p.npy y.npy --loss=focal:gamma=2",
            "eval p.npy y.npy --like exact --like textbook",
            "eval p.npy y.npy --like=",
            "eval p.npy --weight -",
            "eval t.csv -p p_* -p q --pred-col=r -y label --label-col other",
            "eval t.csv --id-col id --weight-col w --weight w.npy",
            "eval t.csv --class-weight cat=1,dog=5 --classes a,b",
            "eval t.csv --kind logit --task multilabel --reduction none --nan drop",
            "eval t.csv --format json -o out.csv",
            "eval t.csv --output=out.csv",
            "eval p.npy y.npy --input x2=a.npy --input=x3=b.npy",
            "recommend",
            "recommend --values 0.7,0.6,0.4 --values 0.1,0.2,0.3",
            "recommend --values=-1,2",
            "recommend --values -1,2",
            "eval t.csv --classes -1,1",
            "recommend p.npy y.npy --format json --kind logit --task binary --classes a,b",
            "losses",
            "losses bce",
            "losses --format json",
            "losses bce --format=table",
        ],
    )
    def test_a_plain_line(self, line: str) -> None:
        command, *words = line.split(" ")
        plainly = parse_plain(COMMANDS[command], words)
        assert plainly is not None
        _, by_other = by_typer([command, *words])
        assert plainly == by_other

    def test_an_empty_word(self) -> None:
        words = ["", "y.npy", "-p", "", "--classes="]
        assert parse_plain(EvalOptions, words) == by_typer(["eval", *words])[1]

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("eval p.npy -lbce", EvalOptions(pred="p.npy", loss=("bce",))),
            ("eval p.npy -ql bce", EvalOptions(pred="p.npy", loss=("bce",), quiet=True)),
            ("eval -q -- -p.npy", EvalOptions(pred="-p.npy", quiet=True)),
            ("eval t.csv -p -x", EvalOptions(pred="t.csv", pred_col=("-x",))),
        ],
    )
    def test_a_line_that_only_typer_reads(self, line: str, expected: Any) -> None:
        command, *words = line.split(" ")
        assert parse_plain(COMMANDS[command], words) is None
        assert by_typer([command, *words])[1] == expected

    @pytest.mark.parametrize(
        "line",
        [
            "eval --bogus",
            "eval -z",
            "eval -l",
            "eval --quiet=yes",
            "eval --quie",
            "recommend -q",
            "losses a b",
        ],
    )
    def test_a_line_that_neither_reads(self, capsys: pytest.CaptureFixture[str], line: str) -> None:
        command, *words = line.split(" ")
        assert parse_plain(COMMANDS[command], words) is None
        with pytest.raises(UsageError, match=f"`losscli {command} --help`"):
            by_typer([command, *words])
        assert capsys.readouterr() == ("", "")

    def test_choices_are_settled_for_both(self) -> None:
        options = settled(EvalOptions(kind="Log-Probability", format="JSON"))
        assert (options.kind, options.format) == ("log_probability", "json")
        with pytest.raises(UsageError, match=r"--nan: there is no 'keep'\. Known: error, drop"):
            settled(EvalOptions(nan="keep"))
