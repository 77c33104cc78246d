"""Work in several threads, its results in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from losscli.machine.threads import in_order


def test_results_come_in_the_order_of_the_items() -> None:
    def slow_at_first(item: int) -> int:
        time.sleep(0.01 if item == 0 else 0.0)
        return item * item

    assert list(in_order(slow_at_first, range(20), 4)) == [i * i for i in range(20)]


def test_few_items_are_under_way_at_once() -> None:
    asked = 0

    def items() -> Iterator[int]:
        nonlocal asked
        for item in range(100):
            asked += 1
            yield item

    found = in_order(abs, items(), 2)
    next(found)
    assert asked <= 4
    found.close()


def test_what_work_raises_comes_before_what_later_items_raise() -> None:
    def items() -> Iterator[int]:
        yield from range(3)
        raise ValueError("the items")

    def work(item: int) -> int:
        if item == 2:
            raise KeyError("the work")
        return item

    found = in_order(work, items(), 2)
    assert [next(found), next(found)] == [0, 1]
    with pytest.raises(KeyError, match="the work"):
        next(found)


def test_one_thread_starts_no_other() -> None:
    names = set(in_order(lambda _: threading.current_thread().name, range(3), 1))
    assert names == {threading.current_thread().name}
