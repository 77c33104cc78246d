"""Contenders side by side: each in a process of its own, taking turns, medians at the end."""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

MIB = 1 << 20
OURS = "losscli"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took, in seconds: by the clock, and of all processors together.

    Where others use the machine too, the clock counts their work as well.
    """

    clock: float
    processor: float


class Contender(Protocol):
    """Something that can be run again and again."""

    def run(self) -> Cost:
        """Do the work once; what it took."""

    def close(self) -> int | None:
        """Stop; the most memory that was resident in one run, in bytes, where that is known."""


@dataclass
class Command:
    """A whole process, from its start to its end. What it prints is thrown away.

    The system counts this process's own memory (about 35 MiB) as resident in a child until the
    child has become another program: `peak` is never below that. Raises RuntimeError where the
    process fails.
    """

    words: Sequence[str]
    peak: int = 0

    def run(self) -> Cost:
        """Start the process and wait for it."""
        nothing = os.open(os.devnull, os.O_WRONLY)
        start = time.perf_counter()
        child = os.posix_spawnp(
            self.words[0],
            list(self.words),
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1)],
        )
        _, status, usage = os.wait4(child, 0)
        seconds = time.perf_counter() - start
        os.close(nothing)
        if status:
            raise RuntimeError(f"failed: {' '.join(self.words)}")
        self.peak = max(self.peak, usage.ru_maxrss * 1024)
        return Cost(seconds, usage.ru_utime + usage.ru_stime)

    def close(self) -> int:
        """The most memory that a run had resident."""
        return self.peak


class InProcess:
    """A function that is called over and over in one process, where its libraries stay loaded.

    `make(*arguments)` is called in that process, and gives the function.
    """

    def __init__(self, make: Callable[..., Callable[[], Any]], *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, make, arguments), daemon=True)
        self._process.start()
        self._answer()

    def run(self) -> Cost:
        """Call the function once."""
        self._pipe.send("run")
        return self._answer()

    def close(self) -> None:
        """End the process."""
        self._pipe.send("end")
        self._process.join()

    def _answer(self) -> Cost:
        cost, problem = self._pipe.recv()
        if problem:
            raise RuntimeError(problem)
        return Cost(*cost)


def _serve(pipe: Any, make: Callable[..., Callable[[], Any]], arguments: tuple[Any, ...]) -> None:
    try:
        function = make(*arguments)
        # The first call compiles, loads and warms up.
        function()
        pipe.send(((0.0, 0.0), ""))
        while pipe.recv() == "run":
            start, worked = time.perf_counter(), time.process_time()
            function()
            cost = (time.perf_counter() - start, time.process_time() - worked)
            pipe.send((cost, ""))
    except Exception as error:
        pipe.send(((0.0, 0.0), f"{type(error).__name__}: {error}"))


@dataclass(frozen=True, slots=True)
class Peer:
    """A contender by name: how to `start` it, and the package without which it is missing."""

    name: str
    start: Callable[[], Contender]
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What one contender took: medians, and the most memory of a process in bytes."""

    name: str
    cost: Cost | None
    memory: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Race:
    """One piece of work and what each contender took for it; the first is losscli.

    `goals` say by contender how much of its time losscli may take.
    """

    work: str
    lines: tuple[Line, ...]
    goals: Mapping[str, float] = field(default_factory=dict)


def race(
    work: str,
    ours: Callable[[], Contender],
    peers: Sequence[Peer],
    rounds: int = 7,
    goals: Mapping[str, float] | None = None,
) -> Race:
    """Let losscli and its peers do the same work in turns, and take the medians."""
    print(f"{work} …", file=sys.stderr, flush=True)
    running: dict[str, Contender] = {}
    problems: dict[str, str] = {}
    for peer in (Peer(OURS, ours), *peers):
        if peer.needs and importlib.util.find_spec(peer.needs) is None:
            problems[peer.name] = "missing"
            continue
        try:
            contender = peer.start()
            # The first run fills the page cache, and shows whether the contender can do it at all.
            contender.run()
            running[peer.name] = contender
        except (EOFError, RuntimeError) as error:
            problems[peer.name] = str(error).splitlines()[0][:60] if str(error) else "failed"
    costs: dict[str, list[Cost]] = {name: [] for name in running}
    for _ in range(rounds):
        for name, contender in running.items():
            costs[name].append(contender.run())
    lines = []
    for name in (OURS, *(peer.name for peer in peers)):
        if name in running:
            memory = running[name].close()
            lines.append(Line(name, _median(costs[name]), memory))
        else:
            lines.append(Line(name, None, problem=problems[name]))
    return Race(work, tuple(lines), goals or {})


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.clock for cost in costs),
        statistics.median(cost.processor for cost in costs),
    )


def table(races: Sequence[Race]) -> str:
    """A Markdown table: every contender, and losscli's times as a share of its times."""
    resident = any(line.memory for one in races for line in one.lines)
    heads = ["work", "contender", "median", "losscli ÷ it", "goal", "processors", "losscli ÷ it"]
    heads += ["resident"] * resident
    rows = [heads, ["---", "---", *["---:"] * (len(heads) - 2)]]
    for one in races:
        ours = one.lines[0].cost
        for place, line in enumerate(one.lines):
            goal = one.goals.get(line.name)
            cells = [
                one.work if place == 0 else "",
                line.name,
                line.problem if line.cost is None else _duration(line.cost.clock),
                "",
                "" if goal is None else f"≤ {goal:g}",
                "" if line.cost is None else _duration(line.cost.processor),
                "",
            ]
            if place and ours and line.cost:
                cells[3] = _share(ours.clock, line.cost.clock)
                cells[6] = _share(ours.processor, line.cost.processor)
            if resident:
                cells.append(f"{line.memory / MIB:.0f} MiB" if line.memory else "")
            rows.append(cells)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _share(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs else ""


def _duration(seconds: float) -> str:
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1.0 else f"{seconds:.2f} s"


def python(*words: str) -> Command:
    """A Python process, of the interpreter that runs the benchmark."""
    return Command((sys.executable, *words))


def losscli(*words: str | Path) -> Command:
    """A process of the losscli that is installed, and not of a checkout that it stands in."""
    return python("-P", "-m", "losscli", *map(str, words))
