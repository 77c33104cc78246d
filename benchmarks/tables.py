"""A CSV and a Parquet file of 10⁷ rows, one loss, beside polars, duckdb and pandas."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from data import apart, save_table
from timing import Peer, Race, losscli, python, race, table

ROWS = 10**7

_POLARS = """
import sys
import polars as pl
rows = pl.{scan}(sys.argv[1])
p = pl.col("pred").clip(1e-7, 1 - 1e-7)
loss = -(pl.col("label") * p.log() + (1 - pl.col("label")) * (1 - p).log())
print(rows.select(loss.mean()).collect().item())
"""

_DUCKDB = """
import sys
import duckdb
print(duckdb.sql(f'''
    select -avg(label * ln(p) + (1 - label) * ln(1 - p))
    from (select label, greatest(1e-7, least(1 - 1e-7, pred)) as p from '{sys.argv[1]}')
''').fetchall()[0][0])
"""

_PANDAS = """
import sys
import pandas as pd
from sklearn.metrics import log_loss
rows = pd.{read}(sys.argv[1])
print(log_loss(rows["label"], rows["pred"]))
"""


def races(rows: int = ROWS, rounds: int = 5) -> list[Race]:
    """Whole processes, from the file to one number."""
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for path in apart(save_table, Path(folder), rows):
            ending = path.suffix[1:]
            csv = ending == "csv"
            polars = _POLARS.format(scan=f"scan_{ending}")
            pandas = _PANDAS.format(read=f"read_{ending}")
            words = ("eval", path, "-p", "pred", "-y", "label", "-l", "bce", "--format", "json")
            goals = {"polars": 1.0, "duckdb": 1.0}
            found.append(
                race(
                    f"{'CSV' if csv else 'Parquet'}, {rows:,} rows, BCE",
                    partial(losscli, *words),
                    [
                        Peer("polars", partial(python, "-c", polars, str(path)), "polars"),
                        Peer("duckdb", partial(python, "-c", _DUCKDB, str(path)), "duckdb"),
                        Peer(
                            "pandas + scikit-learn",
                            partial(python, "-c", pandas, str(path)),
                            "sklearn",
                        ),
                    ],
                    rounds,
                    goals,
                )
            )
        return found


if __name__ == "__main__":
    print(table(races()))
