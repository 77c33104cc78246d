"""Starting up: help, the list of losses, and a tiny NPY pair, beside what others need to start."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from data import apart, save_pair
from timing import Peer, Race, losscli, python, race, table

_SKLEARN = """
import json, sys
import numpy as np
from sklearn.metrics import log_loss, mean_squared_error
pred, label = np.load(sys.argv[1]), np.load(sys.argv[2])
print(json.dumps({"mse": mean_squared_error(label, pred), "bce": log_loss(label, pred)}))
"""


def races(rounds: int = 15) -> list[Race]:
    """Whole processes whose work is next to nothing."""
    numpy = Peer("import numpy", partial(python, "-c", "import numpy"))
    bare = Peer("python -c pass", partial(python, "-c", "pass"))
    with tempfile.TemporaryDirectory() as folder:
        pair = [str(path) for path in apart(save_pair, Path(folder), 1000)]
        script = Peer("scikit-learn script", partial(python, "-c", _SKLEARN, *pair), "sklearn")
        return [
            race("--help", partial(losscli, "--help"), [bare, numpy], rounds),
            race("list of losses", partial(losscli, "losses"), [bare, numpy], rounds),
            race(
                "two NPY files of 1,000 rows, MSE and BCE, JSON",
                partial(losscli, "eval", *pair, "-l", "mse,bce", "--format", "json"),
                [numpy, script],
                rounds,
                {"import numpy": 2.5, "scikit-learn script": 0.2},
            ),
        ]


if __name__ == "__main__":
    print(table(races()))
