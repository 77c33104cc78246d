"""What was read as what is said in one line a file, with what was not used."""

from __future__ import annotations

from pathlib import Path

from losscli.evaluating.evaluate import evaluate
from losscli.inputs.assembling import open_dataset
from losscli.inputs.columns import Columns
from losscli.inputs.findings import Findings, ReadRole, UnusedColumn
from losscli.inputs.rivals import open_rivals


def table(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_a_line_says_what_was_read_and_what_was_not(tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv", "label,prob,weight,comment\n1,0.9,2,a\n0,0.2,1,b\n")
    assert open_dataset(file).notes == (
        f"{file}: prediction from column prob; label from column label"
        " · not used: weight (--weight-col weight), comment",
    )


def test_roles_that_the_user_named_need_no_word(tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv", "label,prob,comment\n1,0.9,a\n0,0.2,b\n")
    assert open_dataset(file, columns=Columns(pred="prob", label="label")).notes == ()


def test_a_forgotten_weight_is_said_even_where_the_roles_are_named(tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv", "label,prob,weight\n1,0.9,2\n0,0.2,1\n")
    (said,) = open_dataset(file, columns=Columns(pred="prob", label="label")).notes
    assert "--weight-col weight" in said


def test_columns_that_are_all_one_prediction_are_no_choice(tmp_path: Path) -> None:
    pred = table(tmp_path / "p.csv", "p_a,p_b\n0.9,0.1\n0.2,0.8\n")
    label = table(tmp_path / "y.csv", "y\na\nb\n")
    assert open_dataset(pred, label).notes == ()


def test_a_report_carries_it_as_plain_data(tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv", "label,prob,weight\n1,0.9,2\n0,0.2,1\n")
    report = evaluate(file, losses="bce")
    assert report.read == (
        ReadRole("pred", file, ("prob",), guessed=True),
        ReadRole("label", file, ("label",), guessed=True),
    )
    assert report.unused == (UnusedColumn("weight", file, "--weight-col weight"),)


def test_many_columns_are_not_all_listed() -> None:
    names = tuple(f"c{place}" for place in range(100))
    (line,) = Findings((ReadRole("pred", "a.csv", names, guessed=True),)).notes()
    assert line.endswith("c19, … (100 in all)")


def test_a_screen_says_all_roles_in_one_line() -> None:
    found = Findings(
        (
            ReadRole("pred", "a.csv", ("p_0", "p_1"), guessed=True),
            ReadRole("key", "a.csv", ("id",), guessed=True),
            ReadRole("label", "b.csv", ("y",), guessed=False),
            ReadRole("key", "b.csv", ("id",), guessed=True),
        ),
        (UnusedColumn("w", "a.csv", "--weight-col w"),),
    )
    assert found.summary() == (
        "p_0, p_1 as prediction; id as key; y as label · not used: w (--weight-col w)"
    )
    assert Findings().summary() == ""


def test_columns_that_group_rows_are_said_as_what_they_are(tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv", "label,prob,site,patient\n1,0.9,a,x\n0,0.2,b,y\n1,0.3,a,z\n")
    found = open_dataset(file, columns=Columns(by="site", cluster="patient", group="site")).findings
    assert found.summary() == (
        "prob as prediction; label as label; site as list; site to group by; patient as cluster"
    )
    assert found.notes() == [f"{file}: prediction from column prob; label from column label"]


def test_scores_are_no_prediction(tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv", "doc,loss\n1,0.9\n1,0.2\n2,0.4\n")
    found = open_dataset(file, columns=Columns(score="loss")).findings
    assert found.summary() == "loss as scores · not used: doc"


def test_what_one_side_of_a_file_reads_is_not_unused(tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv", "prob,label,remark\n0.9,1,0.5\n0.2,0,0.5\n")
    assert open_dataset(file, file).findings.summary() == (
        "prob as prediction; label as label · not used: remark"
    )


def test_each_model_of_a_comparison_is_named_by_the_user(tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv", "a,b,label,comment\n0.9,0.8,1,x\n0.2,0.3,0,y\n0.5,0.4,1,z\n")
    rivals = open_rivals([file], columns=Columns(pred=("a", "b")), by_pattern=True)
    assert rivals.notes == (f"{file}: label from column label · not used: comment",)
    assert rivals.together.findings.summary() == (
        "a, b as prediction; label as label · not used: comment"
    )
