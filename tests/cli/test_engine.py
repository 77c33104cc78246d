"""`--engine dask`: the work in other processes."""

from __future__ import annotations

from tests.cli.program import SAMPLES, Here, Program


def test_the_workers_print_the_same(losscli: Program) -> None:
    words = ("eval", SAMPLES / "breast_cancer.csv", "-p", "prob", "--format", "json")
    assert losscli(*words, "--engine", "dask", "--threads", "2") == losscli(*words)


def test_a_stream_is_refused(here: Here, pair: tuple[str, str]) -> None:
    answer = here("eval", "-", pair[1], "--engine", "dask", stdin="0.9\n0.2\n0.6\n")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "losscli: a stream cannot be read by several processes. Write it to a file first.\n"
    )
