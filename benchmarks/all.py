"""Run every benchmark and write its table into README.md, with the machine it ran on."""

from __future__ import annotations

import os
import platform
import re
from datetime import date
from importlib import metadata
from pathlib import Path

import classes
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
    ("Many classes", classes),
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


def main() -> None:
    """Measure everything; the table is written when all of it is there."""
    parts = [machine()]
    for title, subject in _SUBJECTS:
        parts.append(f"## {title}\n\n{subject.__doc__}\n{table(subject.races())}")
    text = _README.read_text(encoding="utf-8")
    before, rest = text.split(_START)
    _, after = rest.split(_END)
    results = "\n\n".join(parts)
    _README.write_text(f"{before}{_START}\n\n{results}\n\n{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
