"""`losscli check` from the command line: rules, configuration, and what CI reads."""

from __future__ import annotations

import json
import math
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from losscli.checking.config import read_config
from tests.cli.program import SAMPLES, Here, Write

SCHEMA: Any = json.loads(
    files("losscli").joinpath("schema/check.schema.json").read_text(encoding="utf-8")
)
HOSTILE = "a]]>\x1b[31m<script>::error::[red]%0A\n,b"


@pytest.fixture(autouse=True)
def _not_on_github(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


class TestRules:
    def test_a_broken_rule_ends_in_1(self, here: Here, pair: tuple[str, str]) -> None:
        answer = here("check", *pair, "--max", "bce=0.3", "--max", "brier=0.3")
        assert (answer.code, answer.err) == (1, "")
        assert answer.out == (
            "✗ binary cross entropy  0.4149316 nats\n"
            "  at most 0.3: above by 0.1149\n"
            "✓ Brier score  0.1366667\n"
            "  at most 0.3: kept, 0.1633 to spare\n"
            "\n"
            "1 of 2 rules kept\n"
        )

    def test_kept_rules_end_in_0(self, here: Here, pair: tuple[str, str]) -> None:
        assert here("check", *pair, "--max", "bce=0.5").code == 0

    def test_json_follows_its_schema(self, here: Here, pair: tuple[str, str]) -> None:
        answer = here("check", *pair, "--max", "bce=0.3", "--like", "exact", "--format", "json")
        document = json.loads(answer.out)
        jsonschema.validate(document, SCHEMA)
        assert document["passed"] is False

    def test_json_says_what_a_test_left_undecided(self, here: Here, pair: tuple[str, str]) -> None:
        margin = ("--not-worse-by", "1%", "--baseline-pred", pair[0], "--format", "json")
        document = json.loads(here("check", *pair, "-l", "bce", *margin).out)
        jsonschema.validate(document, SCHEMA)
        [finding] = document["checks"][0]["findings"]
        assert (finding["undecided"], finding["passed"]) == (False, True)
        assert (finding["p"], finding["p_holm"], finding["rows_needed"]) == (None, None, None)

    def test_bad_data_end_in_3_with_nothing_on_stdout(
        self, here: Here, write: Write, pair: tuple[str, str]
    ) -> None:
        bad = write("bad.npy", [0.9, 1.2, 0.6])
        answer = here("check", bad, pair[1], "--max", "bce=0.5", "--kind", "probability")
        assert (answer.code, answer.out) == (3, "")
        assert "bad.npy, row 1: 1.2 is not a probability" in answer.err

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ((), "no rule to check"),
            (("--max", "bce"), "--max bce: which bound?"),
            (("--max", "bce=x"), "'x' is not a number"),
            (("--max", "bcee=1"), "Did you mean"),
            (("--significant",), "Store them, and say --baseline-pred FILE."),
            (("--update-baseline", "--max", "bce=1"), "which baseline?"),
            (("--name", "x"), "named checks have files of their own"),
        ],
    )
    def test_what_makes_no_sense_ends_in_2(
        self, words: tuple[str, ...], said: str, here: Here, pair: tuple[str, str]
    ) -> None:
        answer = here("check", *pair, *words)
        assert (answer.code, answer.out) == (2, "")
        assert said in answer.err


class TestBaseline:
    def test_is_written_only_where_the_bounds_are_kept(
        self, here: Here, pair: tuple[str, str], tmp_path: Path
    ) -> None:
        words = ("check", *pair, "--baseline", "main.json", "--update-baseline", "-l", "bce")
        assert here(*words, "--max", "brier=0.01").code == 1
        assert not (tmp_path / "main.json").exists()
        answer = here(*words, "--max", "brier=0.5")
        assert answer.code == 0
        assert "baseline written to main.json" in answer.err
        assert here("check", *pair, "--baseline", "main.json").code == 0

    def test_a_worse_model_fails(self, here: Here, write: Write, pair: tuple[str, str]) -> None:
        here("check", *pair, "--baseline", "main.json", "--update-baseline", "-l", "bce")
        worse = write("worse.npy", [0.8, 0.2, 0.6])
        answer = here("check", worse, pair[1], "--baseline", "main.json", "--tolerance", "1%")
        assert answer.code == 1
        assert "the baseline's 0.414932 + 1 %: above by 0.0351" in answer.out
        assert (
            here("check", worse, pair[1], "--baseline", "main.json", "--tolerance", "bce=0.1").code
            == 0
        )


class TestConfiguration:
    CONFIG = """
    [check.good]
    pred = "p.npy"
    label = "y.npy"
    max = {bce = 0.5}

    [check.bad]
    pred = "p.npy"
    label = "y.npy"
    max = {bce = 0.1}

    [check.gone]
    pred = "gone.npy"
    label = "y.npy"
    min = {r2 = 0.5}
    """

    def test_all_checks_are_run_and_both_kinds_listed(
        self, here: Here, write: Write, pair: tuple[str, str]
    ) -> None:
        write("losscli.toml", self.CONFIG)
        answer = here("check")
        assert answer.code == 3
        assert answer.out == (
            "good\n"
            "  ✓ binary cross entropy  0.4149316 nats\n"
            "    at most 0.5: kept, 0.08507 to spare\n"
            "\n"
            "bad\n"
            "  ✗ binary cross entropy  0.4149316 nats\n"
            "    at most 0.1: above by 0.3149\n"
            "\n"
            "gone\n"
            "  ✗ gone.npy: there is no such file.\n"
            "\n"
            "1 of 2 rules kept; 1 check without losses\n"
        )

    def test_one_may_be_named(self, here: Here, write: Write, pair: tuple[str, str]) -> None:
        write("losscli.toml", self.CONFIG)
        assert here("check", "--name", "good").code == 0
        assert here("check", "--name", "bad").code == 1
        answer = here("check", "--name", "god")
        assert (answer.code, "Did you mean good?" in answer.err) == (2, True)

    def test_pyproject_has_them_too(self, here: Here, write: Write, pair: tuple[str, str]) -> None:
        write("pyproject.toml", self.CONFIG.replace("[check.", "[tool.losscli.check."))
        assert here("check", "--name", "good").code == 0

    def test_files_are_relative_to_it(
        self, here: Here, write: Write, pair: tuple[str, str], tmp_path: Path
    ) -> None:
        (tmp_path / "ci").mkdir()
        config = self.CONFIG.replace('"p.npy"', '"../p.npy"').replace('"y.npy"', '"../y.npy"')
        (tmp_path / "ci" / "losscli.toml").write_text(config)
        assert here("check", "--config", "ci/losscli.toml", "--name", "good").code == 0

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (
                "[check.a]\npred='p.npy'\nmaxx={bce=1}",
                "there is no setting 'maxx'. Did you mean max",
            ),
            ("[check.a]\npred='p.npy'\nmax=0.3", "max is no table of losses"),
            ("[check.a]\npred='p.npy'", "a: no rule to check"),
            ("[check.a]\nmax={bce=1}", "has no prediction"),
            ("[checks.a]\nmax={bce=1}", "there is no setting 'checks'"),
            ("[check.a]\npred='p'\nmax={'bce,mae'=1}", "'bce,mae' is not one loss"),
            ("[check", "is not TOML"),
            ("", "holds no checks"),
        ],
    )
    def test_what_cannot_be_understood_is_named(
        self, text: str, said: str, here: Here, write: Write
    ) -> None:
        write("losscli.toml", text)
        answer = here("check")
        assert (answer.code, answer.out) == (3, "")
        assert "losscli.toml" in answer.err
        assert said in answer.err

    @pytest.mark.parametrize(
        "losses", ['"bce,focal:gamma=5,alpha=0.25"', '["bce,focal:gamma=5,alpha=0.25"]']
    )
    def test_losses_may_be_joined_by_commas(
        self, losses: str, here: Here, write: Write, pair: tuple[str, str]
    ) -> None:
        names = "bce,focal:gamma=5,alpha=0.25"
        here("check", *pair, "--baseline", "main.json", "--update-baseline", "-l", names)
        write(
            "losscli.toml",
            f'[check.a]\npred="p.npy"\nlabel="y.npy"\nloss={losses}\nbaseline="main.json"\n',
        )
        answer = here("check")
        assert answer.code == 0, answer.err
        assert "2 of 2 rules kept" in answer.out

    def test_the_documentation_can_be_read(self, here: Here, write: Write) -> None:
        page = (SAMPLES.parent / "docs" / "ci.md").read_text(encoding="utf-8")
        text = page.partition("```toml\n")[2].partition("```")[0]
        write("losscli.toml", text)
        ranker, forecast = read_config("losscli.toml")
        assert [bound.loss for bound in ranker.bounds] == ["bce", "brier"]
        assert forecast.losses == ("mae", "rmse")
        assert str(forecast.tolerances.of(["mae"])) == "2 %"

    def test_nothing_to_check(self, here: Here) -> None:
        answer = here("check")
        assert (answer.code, answer.out) == (2, "")
        assert "nothing to check" in answer.err


class TestFilesForCI:
    @pytest.fixture
    def config(self, write: Write, pair: tuple[str, str]) -> None:
        names = json.dumps(HOSTILE)
        write(
            "losscli.toml",
            f'[check.{names}]\npred = "p.npy"\nlabel = "y.npy"\n'
            'max = {bce = 0.1, brier = 0.5, "focal:gamma=1" = 1, "focal:gamma=5" = 1}\n'
            f"[check.gone]\npred = {names}\nmax = {{bce = 1}}\n",
        )

    def test_junit(self, here: Here, config: None, tmp_path: Path) -> None:
        here("check", "--junit", "checks.xml")
        root = ElementTree.parse(tmp_path / "checks.xml").getroot()
        counts = root.attrib["tests"], root.attrib["failures"], root.attrib["errors"]
        assert counts == ("5", "1", "1")
        [failure] = root.iter("failure")
        assert "binary cross entropy is 0.4149" in failure.attrib["message"]
        [error] = root.iter("error")
        assert "there is no such file" in error.attrib["message"]
        assert "\x1b" not in (tmp_path / "checks.xml").read_text()

    def test_openmetrics(self, here: Here, config: None, tmp_path: Path) -> None:
        here("check", "--openmetrics", "metrics.txt")
        *lines, end = (tmp_path / "metrics.txt").read_text().splitlines()
        assert end == "# EOF"
        samples = [line for line in lines if not line.startswith("#")]
        assert len(samples) == 4
        assert sum(line.startswith("# TYPE losscli_binary_focal gauge") for line in lines) == 1
        assert any('params="gamma=5"' in line for line in samples)
        assert all(line.rpartition(" ")[2].startswith("0.") for line in samples)

    def test_flat_metrics(self, here: Here, pair: tuple[str, str], tmp_path: Path) -> None:
        here("check", *pair, "--max", "bce=1", "--max", "brier=1", "--metrics", "metrics.json")
        found = json.loads((tmp_path / "metrics.json").read_text())
        assert found == pytest.approx(
            {
                "binary_cross_entropy": -math.fsum(map(math.log, (0.9, 0.8, 0.4))) / 3,
                "brier": 0.41 / 3,
            },
            rel=1e-15,
        )

    def test_github(
        self, here: Here, config: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
        answer = here("check")
        commands = [line for line in answer.err.splitlines() if line.startswith("::")]
        assert len(commands) == 2
        assert all(line.startswith("::error title=losscli check ") for line in commands)
        assert "\x1b" not in answer.err + answer.out
        summary = (tmp_path / "summary.md").read_text()
        assert "**3 of 4 rules kept; 1 check without losses**" in summary
        assert "<script>" not in summary


def test_every_group_of_rows_has_to_keep_to_the_bound(here: Here, write: Write) -> None:
    write("t.csv", "prob,label,site\n0.9,1,a\n0.2,0,a\n0.6,0,b\n")
    answer = here("check", "t.csv", "--max", "mae=0.3", "--by-col", "site")
    assert answer.code == 1
    assert answer.out == (
        "✓ mean absolute error  0.3 label\n"
        "  at most 0.3: kept, 0 to spare\n"
        "✓ mean absolute error, site a  0.15 label\n"
        "  at most 0.3: kept, 0.15 to spare\n"
        "✗ mean absolute error, site b  0.6 label\n"
        "  at most 0.3: above by 0.3\n"
        "\n"
        "2 of 3 rules kept\n"
    )
    write("losscli.toml", '[check.a]\npred = "t.csv"\nmax = {mae = 0.3}\nby_col = "site"\n')
    assert here("check").out == answer.out


def test_a_bound_on_the_score_is_checked_where_the_score_is_asked_for(here: Here) -> None:
    Path("p.csv").write_text("prob,label\n0.9,1\n0.2,0\n0.6,0\n0.4,1\n0.55,1\n")
    assert here("check", "p.csv", "--score", "--min", "auc=0.6").code == 0
    assert here("check", "p.csv", "--score", "--min", "auc=0.7").code == 1
    refused = here("check", "p.csv", "--min", "auc=0.6")
    assert refused.code == 2
    assert "--score --min auc=0.6" in refused.err
