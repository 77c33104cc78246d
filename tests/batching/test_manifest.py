"""Manifests: what each row says, and where one is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from losscli.batching.item import Item
from losscli.batching.manifest import items_of, read_manifest
from losscli.errors import DataError, UsageError
from losscli.evaluating.options import Options
from losscli.inputs.columns import Columns

NOTHING = Item("", "")

CSV = """name,pred,label,loss,label-col,class_weight,classes
a,a.npy,y.npy,"bce,focal:gamma=2",,"1,5",
"b, too",sub/b.csv,,,truth,,"no,yes"

"""
TOML = """
label = "y.npy"
[[pair]]
name = "a"
pred = "a.npy"
loss = ["bce", "focal:gamma=2"]
class_weight = [1, 5]

[[pair]]
name = "b, too"
pred = "sub/b.csv"
label_col = "truth"
classes = ["no", "yes"]
"""
LINES = """{"name": "a", "pred": "a.npy", "loss": "bce,focal:gamma=2", "class_weight": [1, 5]}

{"name": "b, too", "pred": "sub/b.csv", "label-col": ["truth"], "classes": ["no", "yes"]}
"""


def manifest(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


class TestReading:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("m.csv", CSV),
            (
                "m.tsv",
                CSV.replace(",", "\t")
                .replace('"bce\tf', '"bce,f')
                .replace("1\t5", "1,5")
                .replace("b\t too", "b, too")
                .replace("no\tyes", "no,yes"),
            ),
            ("m.toml", TOML),
            ("m.jsonl", LINES),
        ],
    )
    def test_every_format_says_the_same(self, tmp_path: Path, name: str, text: str) -> None:
        default = Item("", "", "y.npy" if name == "m.jsonl" else None, ("mse",))
        a, b = read_manifest(manifest(tmp_path, name, text), default)
        assert (a.name, b.name) == ("a", "b, too")
        assert (a.pred, b.pred) == (str(tmp_path / "a.npy"), str(tmp_path / "sub/b.csv"))
        assert Path(a.label or "").name == "y.npy"
        assert ",".join(a.losses or ()) == "bce,focal:gamma=2"
        assert b.losses == ("mse",)
        assert list(a.options.class_weight or ()) == [1, 5]
        assert b.options.classes == ("no", "yes")
        assert b.options.columns == Columns(label="truth")

    def test_a_row_says_more_than_the_command_line(self) -> None:
        default = Item("", "", "y.npy", None, Options(like="torch", columns=Columns(id="key")))
        row = {"pred": "p.csv", "like": "keras", "pred_col": "p_*"}
        [item] = items_of([row], default)
        assert item.options == Options(like="keras", columns=Columns(pred="p_*", id="key"))
        assert (item.name, item.label) == ("p.csv", "y.npy")

    def test_urls_and_absolute_paths_stay_as_they_are(self, tmp_path: Path) -> None:
        text = "pred,label\nhttps://x.org/p.npy,/data/y.npy\n"
        [item] = read_manifest(manifest(tmp_path, "m.csv", text), NOTHING)
        assert item.pred == "https://x.org/p.npy"
        assert item.label == "/data/y.npy"

    def test_a_byte_order_mark_is_no_part_of_a_name(self, tmp_path: Path) -> None:
        [item] = read_manifest(manifest(tmp_path, "m.csv", "\ufeffpred\na.npy\n"), NOTHING)
        assert Path(item.pred).name == "a.npy"


class TestMistakes:
    @pytest.mark.parametrize(
        ("name", "text", "position", "problem"),
        [
            ("m.csv", "file\na.npy\n", "line 1", "has no column pred"),
            ("m.csv", "pred,los\na.npy,bce\n", "line 2", "there is no column 'los'"),
            ("m.csv", "pred,label\na.npy\n", "line 2", "has 1 cells under 2 columns"),
            ("m.csv", "pred,label\na.npy,b\n\n,y.npy\n", "line 4", "has no prediction"),
            ("m.csv", 'pred,name\na.npy,"x\ny"\nb.npy,"x\n', "line 4", "unexpected end of data"),
            ("m.csv", 'pred,input\na.npy,"x\ny"\n', "line 2", "input x\ny: which file is it?"),
            ("m.csv", "pred,pred\na,b\n", "line 1", "names a column twice"),
            ("m.csv", "pred,class_weight\na,1;2\n", "line 2", "class_weight 1;2: not numbers"),
            ("m.csv", "pred\n", "", "lists no pairs"),
            ("m.jsonl", '{"pred": "a"}\n{"pred": 3}\n', "line 2", "pred is 3, not a text"),
            ("m.jsonl", '{"pred": "a"}\n{"pred": \n', "line 2", "is not JSON"),
            ("m.jsonl", '\n["a"]\n', "line 2", "is no JSON object"),
            ("m.jsonl", '{"pred": "a", "class_weight": ["x"]}\n', "line 1", "class_weight is"),
            (
                "m.toml",
                '[[pair]]\npred = "a"\n\n[[pair]]\nlos = "b"\n',
                "line 4",
                "no column 'los'",
            ),
            ("m.toml", 'pair = [{pred = "a"}, {loss = "b"}]\n', "pair 2", "has no prediction"),
            ("m.toml", "[[pair]\n", "", "is not TOML: Expected ']]'"),
            ("m.toml", "pair = 3\n", "", "has no array of tables [[pair]]"),
        ],
    )
    def test_the_line_is_named(
        self, tmp_path: Path, name: str, text: str, position: str, problem: str
    ) -> None:
        path = manifest(tmp_path, name, text)
        with pytest.raises(DataError, match=re.escape(problem)) as caught:
            read_manifest(path, NOTHING)
        assert (caught.value.file, caught.value.position) == (path, position)

    def test_a_slip_of_the_pen_is_recognised(self, tmp_path: Path) -> None:
        path = manifest(tmp_path, "m.csv", "pred,labels\na,b\n")
        with pytest.raises(DataError, match=r"Did you mean label\?"):
            read_manifest(path, NOTHING)

    def test_an_unknown_ending_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"Known: \.csv"):
            read_manifest(manifest(tmp_path, "m.yaml", ""), NOTHING)

    def test_a_manifest_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="no such file"):
            read_manifest(str(tmp_path / "m.csv"), NOTHING)


def test_a_column_that_a_line_names_twice_is_said(tmp_path: Path) -> None:
    path = manifest(tmp_path, "m.jsonl", '{"pred": "a.npy", "pred": "b.npy"}\n')
    with pytest.raises(DataError, match=r"line 1: is not JSON .*'pred' is given twice"):
        read_manifest(path, NOTHING)
