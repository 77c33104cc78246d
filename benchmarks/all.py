"""Run benchmarks and write their tables into README.md, with the machine they ran on."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Sequence
from datetime import date
from importlib import metadata
from pathlib import Path

import growth
import kernels
import npy
import pairs
import startup
import tables
from timing import table

_README = Path(__file__).with_name("README.md")
_START, _END = "<!-- results -->", "<!-- end of results -->"
_PEERS = ("numpy", "jax", "torch", "scikit-learn", "polars", "duckdb", "pandas", "pyarrow")

_SUBJECTS = (
    ("Starting up", startup),
    ("Arrays in memory, one loss", kernels),
    ("Two large NPY files", npy),
    ("CSV and Parquet", tables),
    ("Many small files", pairs),
    ("Growth", growth),
)


def machine() -> str:
    """The machine, the day and the versions, in a sentence each."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists() and (found := re.search(r"model name\s*:\s*(.+)", info.read_text())):
        cpu = found[1]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return (
        f"Ran on {date.today():%Y-%m-%d}: {cpu}, {os.cpu_count()} processors, "
        f"{memory} GiB of memory; {system}; {', '.join(map(_version, _PEERS))}."
    )


def _version(package: str) -> str:
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return f"{package} missing"


def main(wanted: Sequence[str]) -> None:
    """Measure the subjects wanted, or all; the part of each in the README is written anew."""
    unknown = set(wanted) - {subject.__name__ for _, subject in _SUBJECTS}
    if unknown:
        sys.exit(f"no benchmark is called {' or '.join(sorted(unknown))}")
    for title, subject in _SUBJECTS:
        if not wanted or subject.__name__ in wanted:
            _write(title, f"{subject.__doc__.strip()}\n\n{machine()}\n\n{table(subject.races())}")


def _write(title: str, part: str) -> None:
    """Put a part below its title, in place of what stands there."""
    before, rest = _README.read_text(encoding="utf-8").split(_START)
    results, after = rest.split(_END)
    head = f"## {title}\n"
    others = [each for each in re.split(r"(?m)^(?=## )", results) if not each.startswith(head)]
    order = [f"## {name}\n" for name, _ in _SUBJECTS]
    parts = [each.strip() for each in (*others, f"{head}\n{part}") if each.strip()]
    parts.sort(key=lambda each: order.index(each.partition("\n")[0] + "\n"))
    text = "\n\n".join(parts)
    _README.write_text(f"{before}{_START}\n\n{text}\n\n{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
