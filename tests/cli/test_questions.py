"""Where several readings fit, each is a whole command: copied as printed, it runs."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from losscli.cli.questions import whole_commands
from losscli.errors import Choice, UsageError
from tests.cli.program import Answer, Here, Write

ROWS = range(12)
ANSWERS = [0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0]
CHANCES = [0.2, 0.7, 0.6, 0.1, 0.9, 0.4, 0.3, 0.8, 0.65, 0.25, 0.55, 0.45]
WORDS = ["no", "yes"]
PETS = ["cat", "dog", "owl"]


def table(**columns: list[object]) -> str:
    """Columns as CSV; `__` in a name stands for a blank."""
    lines = [",".join(name.replace("__", " ") for name in columns)]
    lines += [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    return "\n".join(lines) + "\n"


def shares(*names: str) -> dict[str, list[object]]:
    """A column of probabilities for each name, in rows that sum to 1."""
    rows = np.random.default_rng(7).dirichlet(np.ones(len(names)), len(ROWS)).round(6)
    rows[:, -1] = 1.0 - rows[:, :-1].sum(axis=1)
    return {name: list(rows[:, place].round(6)) for place, name in enumerate(names)}


@dataclass(frozen=True)
class Input:
    """Files that can be read in several ways, and a loss that reads them."""

    files: Mapping[str, object]
    loss: str
    words: tuple[str, ...] = ()
    label: bool = False
    """Whether the second file holds the labels."""
    losses: bool = False
    """Whether the question arises only where that loss is named."""
    verbs: tuple[str, ...] = field(
        default=("eval", "rows", "check", "compare", "batch", "recommend")
    )

    def command(self, verb: str) -> list[str]:
        """What is typed for that verb."""
        first, *others = self.files
        label = others[0] if self.label else None
        named = ["-l", self.loss] if self.losses else []
        if verb in ("eval", "recommend", "rows"):
            words = [first, *([label] if label else [])]
            return [verb, *words, *self.words, *(named if verb != "recommend" else [])]
        if verb == "check":
            words = [first, *([label] if label else [])]
            return [verb, *words, "--max", f"{self.loss}=1e9", *self.words]
        words = [first, first] if verb == "compare" else [first]
        return [verb, *words, *(["--label", label] if label else []), *self.words, *named]


INPUTS = {
    "two predictions": Input(
        {"two models.csv": table(y=ANSWERS, p_a=CHANCES, score=CHANCES[::-1])}, "bce"
    ),
    "losses of rows": Input(
        {"a.csv": table(doc=[n // 3 for n in ROWS], token=[n % 3 for n in ROWS], loss=CHANCES)},
        "loss",
        verbs=("eval", "compare", "recommend"),
    ),
    "a loss beside a probability": Input(
        {"a.csv": table(prob=CHANCES, loss=CHANCES[::-1])}, "mse", verbs=("eval",)
    ),
    "names that say nothing": Input(
        {"a.csv": table(u=CHANCES, v=CHANCES[::-1], w__1=CHANCES[3:] + CHANCES[:3])}, "mse"
    ),
    "a name that begins with a hyphen": Input(
        {"a.csv": table(**{"y": ANSWERS, "-p": CHANCES, "-q": CHANCES[::-1]})}, "bce"
    ),
    "two labels": Input(
        {"a.csv": table(pred=CHANCES, y_true=ANSWERS, target=ANSWERS[::-1])}, "bce"
    ),
    "a label of two words": Input(
        {"a.csv": table(prob=CHANCES, label=[("cat", "dog")[each] for each in ANSWERS])}, "bce"
    ),
    "percent": Input({"a.csv": table(pred=[100 * p for p in CHANCES], label=ANSWERS)}, "bce"),
    "percent of classes": Input(
        {
            "p.npy": np.array(list(shares("a", "b", "c").values())).T * 100,
            "y.npy": np.array(ANSWERS),
        },
        "ce",
        label=True,
    ),
    "nothing but zeros": Input(
        {"p.npy": np.zeros((12, 3)), "y.npy": np.eye(3)[[0, 1, 2] * 4]}, "brier", label=True
    ),
    "marks among labels of several questions": Input(
        {
            "p.npy": 6.0 * np.array([CHANCES, CHANCES[::-1]]).T - 3.0,
            "y.npy": np.array([[-1, *ANSWERS[1:]], ANSWERS]).T,
        },
        "mse",
        label=True,
        verbs=("eval", "rows", "compare", "batch", "recommend"),
    ),
    "words that no column is named after": Input(
        {"a.csv": table(**shares("p_0", "p_1", "p_2"), label=PETS * 4)}, "ce"
    ),
    "numbers that some columns are named after": Input(
        {"a.csv": table(**shares("p_1", "p_2", "p_3"), label=[0, 1, 2] * 4)}, "ce"
    ),
    "a mean and a spread": Input(
        {"a.csv": table(y=[3.5, *CHANCES[1:]], mean=CHANCES, std=CHANCES[::-1])}, "mse"
    ),
    "a quantile that may be a number": Input(
        {"a.csv": table(y=[3.5, *CHANCES[1:]], q1=CHANCES)},
        "pinball",
        ("-p", "q1"),
        losses=True,
        verbs=("eval", "rows", "check", "compare", "batch"),
    ),
    "one column of classes": Input(
        {"a.csv": table(prob=CHANCES, label=ANSWERS)}, "ce", losses=True, verbs=("eval", "rows")
    ),
    "decimal commas or thousands": Input(
        {"a.csv": "pred;label\n" + "".join(f"{n},{n}00;{n},{n}01\n" for n in range(1, 10))}, "mse"
    ),
    "arrays without telling names": Input({"a b.npz": {"u": CHANCES, "v": ANSWERS}}, "bce"),
    "answers written in two ways": Input(
        {"a.csv": table(pred=ANSWERS, label=[2 * each - 1 for each in ANSWERS[::-1]])},
        "mse",
        verbs=("eval", "rows", "compare", "batch", "recommend"),
    ),
}
CASES = [
    pytest.param(given, verb, id=f"{name}-{verb}")
    for name, given in INPUTS.items()
    for verb in given.verbs
]


def printed(answer: Answer) -> list[list[str]]:
    """The commands that a message lists, as a shell would pass their words on."""
    lines = [line for line in answer.err.splitlines() if line.startswith("  losscli ")]
    return [shlex.split(line)[1:] for line in lines]


@pytest.mark.parametrize(("given", "verb"), CASES)
def test_each_command_of_a_question_reads(
    given: Input, verb: str, here: Here, write: Write, tmp_path: Path
) -> None:
    for name, content in given.files.items():
        if isinstance(content, dict):
            np.savez(tmp_path / name, **content)
        else:
            write(name, content)
    asked = here(*given.command(verb))
    assert (asked.code, asked.out) == (2, ""), asked
    commands = printed(asked)
    assert commands, asked.err
    for command in commands:
        answer = here(*command)
        assert answer.code in (0, 1), (shlex.join(command), answer.err)
        assert command[0] == verb or (verb, command[0]) == ("eval", "compare")


OPTIONS = {
    "typed behind the choice's place": (["a.csv", "-q"], ["a.csv", "-q", "--kind", "logit"]),
    "before --": (["-q", "--", "-a.csv"], ["-q", "--kind", "logit", "--", "-a.csv"]),
    "in place of another value": (["a.csv", "--kind", "value"], ["a.csv", "--kind", "logit"]),
    "in place of a value behind =": (["--kind=value", "a.csv"], ["a.csv", "--kind", "logit"]),
}


@pytest.mark.parametrize(("typed", "whole"), OPTIONS.values(), ids=OPTIONS)
def test_what_was_typed_stays(typed: list[str], whole: list[str]) -> None:
    from losscli.cli.eval import EvalOptions

    error = UsageError("which?", choices=[Choice(("--kind", "logit"))])
    said = whole_commands(error, typed, "eval", EvalOptions)
    assert said == f"which? Say\n  {shlex.join(['losscli', *whole])}"


REQUESTS = {
    "alone": ("-l pinball", "-l pinball:quantile=0.9"),
    "among others": ("-l mse,pinball", "-l mse,pinball:quantile=0.9"),
    "with parameters": ("-l pinball:a=1", "-l pinball:quantile=0.9,a=1"),
    "behind =": ("--loss=pinball", "--loss=pinball:quantile=0.9"),
    "as a bound": ("--max pinball=0.5", "--max pinball:quantile=0.9=0.5"),
    "not at all": ("-q", "-q -l pinball:quantile=0.9"),
}


@pytest.mark.parametrize(("typed", "whole"), REQUESTS.values(), ids=REQUESTS)
def test_a_request_is_replaced_where_it_stands(typed: str, whole: str) -> None:
    from losscli.cli.eval import EvalOptions

    choice = Choice(("-l", "pinball:quantile=0.9"), instead_of="pinball")
    said = whole_commands(
        UsageError("which?", choices=[choice]), ["a.csv", *typed.split()], "eval", EvalOptions
    )
    assert said == f"which? Say\n  losscli a.csv {whole}"


def test_choices_that_a_verb_cannot_take_are_left_out() -> None:
    from losscli.cli.recommend import RecommendOptions
    from losscli.cli.rows import RowsOptions

    error = UsageError(
        "marks?", choices=[Choice(("--nan", "drop-items", "--task", "binary")), Choice(("-p", "x"))]
    )
    assert "--nan" not in whole_commands(error, ["recommend", "a"], "recommend", RecommendOptions)
    assert "--nan" not in whole_commands(error, ["rows", "a"], "rows", RowsOptions)


def test_a_batch_of_pairs_with_one_question_asks_it_once(here: Here, write: Write) -> None:
    text = table(y=ANSWERS, p_a=CHANCES, score=CHANCES[::-1])
    write("a.csv", text)
    write("b.csv", text)
    asked = here("batch", "a.csv", "b.csv")
    assert (asked.code, asked.out) == (2, "")
    assert len(printed(asked)) == 2
    assert all(here(*command).code == 0 for command in printed(asked))


def test_a_pair_among_others_keeps_its_question_on_one_line(here: Here, write: Write) -> None:
    write("a.csv", table(y=ANSWERS, p_a=CHANCES, score=CHANCES[::-1]))
    write("b.csv", table(y=ANSWERS, prob=CHANCES))
    asked = here("batch", "a.csv", "b.csv")
    assert asked.code == 3
    assert "Say --pred-col score or --pred-col p_a." in asked.out


MODELS = {
    "model_a": ["model_b", "y"],
    "rf_prob": ["nn_prob", "y"],
    "prob": ["score", "y"],
}


@pytest.mark.parametrize(("first", "others"), MODELS.items(), ids=MODELS)
@pytest.mark.parametrize("typed", [[], ["-l", "bce"], ["--like", "sklearn"]])
def test_of_two_models_beside_a_label_the_comparison_is_offered(
    first: str, others: list[str], typed: list[str], here: Here, write: Write
) -> None:
    second, label = others
    write("a.csv", table(**{first: CHANCES, second: CHANCES[::-1], label: ANSWERS}))
    asked = printed(here("a.csv", *typed))
    assert asked[-1] == ["compare", "a.csv", *typed, "-p", first, "-p", second]
    assert here(*asked[-1]).code == 0


BESIDE = {
    "what compare has no flag for": (table(a_prob=CHANCES, b_prob=CHANCES, y=ANSWERS), ["-q"]),
    "features": (table(age=CHANCES, income=CHANCES, y=ANSWERS), []),
    "no label": (table(a_prob=CHANCES, b_prob=CHANCES[::-1]), []),
    "other units": (table(a_pred=CHANCES, b_pred=[9.5 * c for c in CHANCES], y=ANSWERS), []),
}


@pytest.mark.parametrize(("content", "typed"), BESIDE.values(), ids=BESIDE)
def test_no_comparison_is_offered_of(
    content: str, typed: list[str], here: Here, write: Write
) -> None:
    write("a.csv", content)
    asked = here("eval", "a.csv", *typed)
    assert asked.code == 2
    assert "losscli compare" not in asked.err


@pytest.mark.parametrize("name", ["loss", "nll", "ce", "token_loss", "cross_entropy", "perplexity"])
def test_a_column_of_losses_without_a_label_is_offered_as_it_stands(
    name: str, here: Here, write: Write
) -> None:
    rows = {"doc": [n // 3 for n in ROWS], "token": [n % 3 for n in ROWS], name: CHANCES}
    write("a.csv", table(**rows))
    assert printed(here("a.csv")) == [["a.csv", "--score-col", name]]
    assert here("a.csv", "--score-col", name, "-q").number == pytest.approx(np.mean(CHANCES))


@pytest.mark.parametrize("beside", ["label", "prob"])
def test_a_finished_loss_takes_no_role_in_silence(beside: str, here: Here, write: Write) -> None:
    write("a.csv", table(**{beside: ANSWERS if beside == "label" else CHANCES, "loss": CHANCES}))
    asked = here("a.csv")
    assert asked.code == 2
    assert ["a.csv", "--score-col", "loss"] in printed(asked)


def test_a_loss_of_money_is_a_label_where_its_prediction_is_named_after_it(
    here: Here, write: Write
) -> None:
    write("a.csv", table(policy=ROWS, loss=CHANCES, pred_loss=CHANCES[::-1]))
    difference = np.subtract(CHANCES, CHANCES[::-1])
    assert here("a.csv", "-q", "-l", "mse").number == pytest.approx(np.mean(difference**2))


def test_lists_of_losses_of_unlike_lengths_are_told(here: Here, write: Write) -> None:
    rows = ['{"doc": 0, "losses": [0.5, 0.25]}', '{"doc": 1, "losses": [0.5]}']
    write("a.jsonl", "\n".join(rows) + "\n")
    asked = here("a.jsonl")
    assert asked.code == 2
    assert "losses holds lists of unlike lengths" in asked.err
    assert "Did you mean 'losses.*'?" in here("a.jsonl", "--score-col", "losses").err
    refused = here("a.jsonl", "--score-col", "losses.*")
    assert refused.code == 3
    assert "line 2, column losses: has 1 items where the first row has 2" in refused.err


def test_of_many_readings_the_four_likeliest_are_offered(here: Here, write: Write) -> None:
    near = [round(2 * c + 0.05 * (n % 2), 3) for n, c in enumerate(CHANCES)]
    write("a.csv", table(u=CHANCES[5:] + CHANCES[:5], v=near, z=[3.5 - c for c in CHANCES]))
    asked = here("a.csv")
    first, *others = printed(asked)
    assert {first[2], first[4]} == {"v", "z"}
    assert len(others) == 3
    assert "… (6 in all)" in asked.err
