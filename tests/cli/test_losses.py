"""`losscli losses`: what there is, and all about one of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from losscli.losses.registry import REGISTRY
from tests.cli.program import Here

IDS = [loss.id for loss in REGISTRY]


class TestList:
    def test_it_names_every_loss_in_its_family(self, here: Here) -> None:
        answer = here("losses", "--long")
        assert (answer.code, answer.err) == (0, "")
        words = [word.rstrip(":") for word in answer.out.split()]
        for family, losses in REGISTRY.families().items():
            assert family in answer.out.splitlines()
            for loss in losses:
                assert loss.id in words
                assert loss.short in words

    @pytest.mark.parametrize("columns", [40, 60, 80, 200])
    @pytest.mark.parametrize("words", [(), ("--long",)])
    def test_it_keeps_to_the_screen(self, here: Here, words: tuple[str, ...], columns: int) -> None:
        answer = here("losses", *words, columns=columns)
        assert max(map(len, answer.out.splitlines())) <= columns

    def test_names_fit_a_screen_of_24_lines(self, here: Here) -> None:
        lines = here("losses", columns=80).out.splitlines()
        assert len(lines) <= 24
        for family in REGISTRY.families():
            assert any(line.startswith(f"{family} ") for line in lines)

    def test_no_name_is_left_out_where_there_is_no_screen(self, here: Here) -> None:
        words = here("losses").out.split()
        assert {loss.short for loss in REGISTRY} <= set(words)

    def test_a_familys_name_shows_all_of_it(self, here: Here) -> None:
        words = here("losses", "forecast", columns=80).out.split()
        for loss in REGISTRY.families()["forecast"]:
            assert loss.short in words

    def test_json_is_a_page_per_loss(self, here: Here) -> None:
        pages = here("losses", "--format", "json").json
        assert [page["id"] for page in pages] == IDS
        assert here("losses", "bce", "--format", "json").json in pages


class TestPage:
    @pytest.mark.parametrize("loss", IDS)
    def test_every_loss_has_one_for_every_screen(self, here: Here, loss: str) -> None:
        for columns in (40, 80):
            answer = here("losses", loss, columns=columns)
            assert (answer.code, answer.err) == (0, "")
            assert max(map(len, answer.out.splitlines())) <= columns
            # On a narrow screen even a name may go on in the next line.
            assert f"({loss})" in "".join(answer.out.split())
            for part in ("formula", "when", "number", "example", "losscli eval"):
                assert part in answer.out

    @pytest.mark.parametrize("loss", IDS)
    def test_it_fits_a_screen_and_long_adds_to_it(self, here: Here, loss: str) -> None:
        short = here("losses", loss, columns=80).out.splitlines()
        # Five parameters take a line or two each.
        assert len(short) <= (24 if len(REGISTRY.get(loss).params) < 4 else 28)
        long = here("losses", loss, "--long", columns=80).out
        assert "gradient" in long
        assert all(param in long for param in REGISTRY.get(loss).params)

    @pytest.mark.parametrize("loss", IDS)
    def test_its_example_is_what_eval_prints(self, here: Here, loss: str) -> None:
        page = here("losses", loss, "--format", "json").json
        assert isinstance(page["example_value"], float)
        assert f"{page['example_value']:.12g}" in here("losses", loss, "--long").out

    def test_an_alias_shows_the_same_page(self, here: Here) -> None:
        page = here("losses", "binary_cross_entropy")
        for name in ("bce", "log_loss", "BCE"):
            assert here("losses", name) == page

    def test_accuracy_leads_to_the_loss_that_says_the_same(self, here: Here) -> None:
        answer = here("losses", "accuracy")
        assert answer.out == here("losses", "zero_one").out
        assert "accuracy is a score, higher is better" in answer.err

    @pytest.mark.parametrize(
        ("name", "meant"), [("bec", "bce"), ("mean_square_error", "mean_squared_error")]
    )
    def test_an_unknown_name_is_answered_by_the_nearest(
        self, here: Here, name: str, meant: str
    ) -> None:
        answer = here("losses", name)
        assert (answer.code, answer.out) == (2, "")
        assert f"no loss is called '{name}'" in answer.err
        assert meant in answer.err.partition("Did you mean")[2]


class TestPlots:
    @pytest.mark.parametrize("width", [20, 40, 80])
    def test_fit_the_screen(self, here: Here, width: int) -> None:
        answer = here("losses", "focal", "--plot", columns=width)
        assert answer.code == 0
        assert max(map(len, answer.out.splitlines())) <= width

    def test_are_ascii_in_the_c_locale(self, here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "●" in here("losses", "focal", "--plot").out
        monkeypatch.setenv("LC_ALL", "C")
        assert here("losses", "focal", "--plot").out.isascii()

    def test_go_to_a_file(self, here: Here, tmp_path: Path) -> None:
        assert here("losses", "sse", "-o", "sse.txt").out == ""
        assert "mean squared error" in (tmp_path / "sse.txt").read_text()

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("losses", "--plot"), "which loss?"),
            (("losses", "focal", "-o", "focal.gif"), "Use .svg, .png or .txt."),
            (("losses", "r2", "--plot"), "there is no curve of it"),
        ],
    )
    def test_say_what_cannot_be_drawn(self, here: Here, words: tuple[str, ...], said: str) -> None:
        answer = here(*words)
        assert (answer.code, answer.out) == (2, "")
        assert said in answer.err


class TestDescend:
    def test_a_step_against_the_gradient_lowers_the_loss(self, here: Here) -> None:
        found = here("losses", "mse", "--descend", "--format", "json").json
        assert (found["value"], found["new_value"]) == (0.375, 0.09375)
        assert found["gradient"] == [-0.25, 0.25, 0.0, 0.5]
        assert found["new_pred"] == [2.75, -0.25, 2.0, 7.5]

    @pytest.mark.parametrize("columns", [40, 80])
    def test_it_is_a_line_for_each_number(self, here: Here, columns: int) -> None:
        answer = here("losses", "bce", "--descend", columns=columns)
        assert (answer.code, answer.err) == (0, "")
        assert max(map(len, answer.out.splitlines())) <= columns
        assert "prediction (logit)" in answer.out
        assert "0.414931599615397" in answer.out
        assert "new loss" in answer.out

    def test_a_loss_that_moves_in_steps_has_no_way_down(self, here: Here) -> None:
        answer = here("losses", "zero_one", "--descend")
        assert (answer.code, answer.out) == (2, "")
        assert "zero_one has no gradient" in answer.err
        assert "train by cross entropy" in answer.err

    def test_it_wants_a_name(self, here: Here) -> None:
        answer = here("losses", "--descend")
        assert (answer.code, answer.out) == (2, "")
        assert "which loss?" in answer.err
