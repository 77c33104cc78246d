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


_SAMPLES = Path(__file__).resolve().parents[1] / "sample_data"


def _felt(pair: list[str], folder: Path) -> list[tuple[str, list[str], float]]:
    """What a person waits for on small files: its name, its words, and how many `import numpy`."""
    cancer = [str(_SAMPLES / "breast_cancer.csv"), "-p", "prob_rf"]
    lines = folder / "lines.jsonl"
    lines.write_text("".join(f'{{"prob": 0.{place}, "label": 1}}\n' for place in range(1, 10)))
    model_a, model_b, labels = (str(_SAMPLES / name) for name in _PAIR)
    return [
        ("eval of a NPY pair", ["eval", *pair], 1.8),
        ("eval of a CSV", ["eval", *cancer], 2.2),
        ("eval of JSON Lines", ["eval", str(lines)], 2.5),
        ("check --id-col", ["check", model_a, labels, "--id-col", "id", "--max", "bce=1"], 3.5),
        ("compare", ["compare", model_a, model_b, "--label", labels], 4.0),
        ("match", ["match", "0.1824", *cancer], 8.0),
        ("a page", ["eval", *cancer, "-o", str(folder / "page.html")], 9.0),
    ]


_PAIR = ("model_a.csv", "model_b.csv", "labels.csv")


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
            *(
                race(name, partial(losscli, *words), [numpy], rounds, {"import numpy": most})
                for name, words, most in _felt(pair, Path(folder))
            ),
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
