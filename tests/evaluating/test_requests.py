"""What `--loss` says."""

from __future__ import annotations

import pytest

from losscli.errors import UsageError
from losscli.evaluating.requests import Request, parse_requests


class TestGrammar:
    """NAME, NAME:PARAMETER=VALUE, several of them between commas."""

    @pytest.mark.parametrize(
        ("texts", "requests"),
        [
            ([], []),
            (["mse"], [Request("mse")]),
            (["mse,mae"], [Request("mse"), Request("mae")]),
            (["mse", "mae"], [Request("mse"), Request("mae")]),
            ([" mse , mae "], [Request("mse"), Request("mae")]),
            (["mse,,mae,"], [Request("mse"), Request("mae")]),
            (["huber:delta=2"], [Request("huber", {"delta": "2"})]),
            (
                ["mse,focal:gamma=2,alpha=0.25,brier"],
                [
                    Request("mse"),
                    Request("focal", {"gamma": "2", "alpha": "0.25"}),
                    Request("brier"),
                ],
            ),
            (
                ["focal:gamma=2", "focal:gamma=5"],
                [Request("focal", {"gamma": "2"}), Request("focal", {"gamma": "5"})],
            ),
            (["huber: delta = 2 "], [Request("huber", {"delta": "2"})]),
            (["ce:labels=[0, 1,2],eps=0"], [Request("ce", {"labels": "[0;1;2]", "eps": "0"})]),
            (["ce:labels=('a','b'),mse"], [Request("ce", {"labels": "[a;b]"}), Request("mse")]),
            (["bce:pos_weight=2,0.5"], [Request("bce", {"pos_weight": "[2;0.5]"})]),
        ],
    )
    def test_is_read_as(self, texts: list[str], requests: list[Request]) -> None:
        assert parse_requests(texts) == tuple(requests)

    @pytest.mark.parametrize(
        "text",
        ["gamma=2", "mse,gamma=2", "huber:delta", "huber:", "huber:=2", "huber:delta=", ":gamma=2"],
    )
    def test_parameters_without_a_loss_or_value_are_refused(self, text: str) -> None:
        with pytest.raises(UsageError) as refused:
            parse_requests([text])
        assert "PARAMETER=VALUE" in refused.value.hint
