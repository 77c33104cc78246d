"""Files of other formats: what they are, and the one line that makes of them what can be read.

A format is recognised by its first bytes, by the members of a ZIP archive, or by its ending where
its bytes say nothing. Nothing is loaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from pathlib import PurePath
from shlex import quote

from msgspec import Struct

from losscli.errors import DataError


class _Foreign(Struct, frozen=True):
    """A format, with the line that converts a file of it.

    `python` is a program for `python -c`, `shell` a command; `{file}` and `{stem}` stand for the
    file's name and for that without its ending. `words` go before it.
    """

    what: str
    python: str = ""
    shell: str = ""
    words: str = "Convert it"

    def line(self, name: str) -> str:
        """What to type for a file."""
        stem = name[: -len(PurePath(name).suffix)] if PurePath(name).suffix else name
        if self.python:
            program = self.python
            for field, value in (("{file}", name), ("{stem}", stem)):
                program = program.replace(field, json.dumps(value, ensure_ascii=False)[1:-1])
            return f"{self.words}: python -c {quote(program)}"
        if not self.shell:
            return f"{self.words}."
        shell = self.shell.replace("{file}", quote(name)).replace("{stem}", quote(stem))
        return f"{self.words}: {shell}"


_PANDAS = 'import pandas as pd; pd.read_%s("{file}").%s'
_CSV = 'to_csv("{stem}.csv", index=False)'
_PARQUET = 'to_parquet("{stem}.parquet")'

_WORKBOOK = _Foreign("an Excel workbook", _PANDAS % ("excel", _CSV))
_SHEET = _Foreign("an OpenDocument file", _PANDAS % ("excel", _CSV))
_TORCH = _Foreign(
    "a file of PyTorch",
    'import numpy as np, torch; np.save("{stem}.npy", '
    'torch.load("{file}", weights_only=True).float().numpy())',
)
_MODEL = _Foreign("a model and holds no predictions", words="Save what it predicts")
_PICKLE = _Foreign(
    "a pickle, which could run code and is never loaded",
    'import numpy as np, pandas as pd; np.save("{stem}.npy", pd.read_pickle("{file}"))',
    words="Convert it, if you trust it",
)
_TAR = _Foreign("a tar archive", shell="tar -xf {file}", words="Unpack it")
_R = _Foreign(
    "a file of R",
    shell="""Rscript -e 'write.csv(readRDS(commandArgs(TRUE)), row.names = FALSE)' """
    "{file} > {stem}.csv",
)
_HDF = _Foreign(
    "an HDF5 file",
    "import h5py, numpy as np; "
    'np.savez("{stem}.npz", **{k: v[()] for k, v in h5py.File("{file}").items()})',
)
_NETCDF = _Foreign(
    "a netCDF file",
    "import xarray as xr; "
    'xr.open_dataset("{file}").to_dataframe().reset_index().to_parquet("{stem}.parquet")',
)
_HTML = _Foreign("an HTML page", 'import pandas as pd; pd.read_html("{file}")[0].' + _CSV)
_TFRECORD = _Foreign("a file of TFRecords", words="Write what they hold as Parquet or CSV")

_LZ4 = _Foreign("compressed by lz4", shell="lz4 -dk {file}", words="Decompress it")
_YAML = _Foreign(
    "a YAML document",
    'import json, yaml; json.dump(yaml.safe_load(open("{file}")), open("{stem}.json", "w"))',
)

_BY_START = {
    b"\xd0\xcf\x11\xe0": _WORKBOOK,
    b"\x89HDF": _HDF,
    b"CDF\x01": _NETCDF,
    b"CDF\x02": _NETCDF,
    b"CDF\x05": _NETCDF,
    b"SQLite format 3": _Foreign(
        "an SQLite database", shell='sqlite3 -header -csv {file} "SELECT * FROM …" > {stem}.csv'
    ),
    b"ORC": _Foreign("an ORC file", _PANDAS % ("orc", _PARQUET)),
    b"Obj\x01": _Foreign(
        "an Avro file",
        "import fastavro, pandas as pd; "
        'pd.DataFrame(fastavro.reader(open("{file}", "rb"))).to_parquet("{stem}.parquet")',
    ),
    b"MATLAB 5.0": _Foreign(
        "a MATLAB file",
        'import numpy as np, scipy.io; m = scipy.io.loadmat("{file}"); '
        'np.savez("{stem}.npz", **{k: m[k] for k in m if k[0] != "_"})',
    ),
    b"<stata_dta>": _Foreign("a Stata file", _PANDAS % ("stata", _CSV)),
    b"$FL2": _Foreign("an SPSS file", _PANDAS % ("spss", _CSV)),
    b"$FL3": _Foreign("an SPSS file", _PANDAS % ("spss", _CSV)),
    b"X\n\0\0\0": _R,
    b"RDX": _R,
    b"%PDF": _Foreign("a PDF document", words="Save its table as CSV"),
    b"\x89PNG": _Foreign("a picture", words="Save its numbers"),
    b"\xff\xd8\xff": _Foreign("a picture", words="Save its numbers"),
    b"PARE": _Foreign("an encrypted Parquet file", words="Save it without encryption"),
    b"FEA1": _Foreign("a Feather file of version 1", _PANDAS % ("feather", _PARQUET)),
    b"\xfd7zXZ": _Foreign("compressed by xz", shell="xz -dk {file}", words="Decompress it"),
    b"\x04\x22\x4d\x18": _LZ4,
    b"7z\xbc\xaf": _Foreign("a 7-Zip archive", shell="7z x {file}", words="Unpack it"),
    b"Rar!": _Foreign("a RAR archive", shell="unrar x {file}", words="Unpack it"),
    b"version https://git-lfs": _Foreign(
        "a pointer of Git LFS, not the file itself", shell="git lfs pull", words="Fetch it"
    ),
    **{bytes((0x80, protocol)): _PICKLE for protocol in range(2, 6)},
}
# What begins as a word does, and is told from text by a byte that text does not hold.
_LIKE_WORDS = (_BY_START[b"ORC"], _BY_START[b"RDX"])
_BY_TEXT = (
    (re.compile(rb"(?i)\s*(<!doctype html|<html|<table)"), _HTML),
    (
        re.compile(rb"\s*<\?xml"),
        _Foreign("an XML document", 'import pandas as pd; pd.read_xml("{file}").' + _CSV),
    ),
    (
        re.compile(rb"\s*\|[^\n]*\|\s*\n\s*\|[ :|-]+\|\s*\n"),
        _Foreign("a table of Markdown", shell="grep -v -- '--' {file} > {stem}.psv"),
    ),
    (
        re.compile(rb"[+-]?[\d.]+( \d+:[-+.\deE]+)+\s*\n"),
        _Foreign(
            "a LIBSVM file of labels with features",
            shell="cut -d' ' -f1 {file} > {stem}.labels.txt",
            words="Take its labels",
        ),
    ),
)
_BY_ENDING = {
    ".yaml": _YAML,
    ".yml": _YAML,
    ".tfrecord": _TFRECORD,
    ".tfrecords": _TFRECORD,
    ".onnx": _MODEL,
    ".sas7bdat": _Foreign("a SAS file", _PANDAS % ("sas", _CSV)),
}
# Formats that are ZIP archives: a member of each, by which they are told.
_BY_MEMBER: tuple[tuple[Callable[[str], bool], _Foreign], ...] = (
    (lambda name: name in ("xl/workbook.xml", "xl/workbook.bin"), _WORKBOOK),
    (lambda name: name == "[Content_Types].xml", _WORKBOOK),
    (lambda name: name in ("mimetype", "content.xml"), _SHEET),
    (lambda name: name.endswith("/data.pkl") or name == "data.pkl", _TORCH),
    (lambda name: name == "model.weights.h5", _MODEL),
)


def refuse_foreign(start: bytes, name: str) -> None:
    """Raise DataError for a format that is not read, as the first bytes of a file tell."""
    found = next((known for magic, known in _BY_START.items() if start.startswith(magic)), None)
    if found in _LIKE_WORDS and b"\0" not in start:
        found = None
    if found is None and start[257:262] == b"ustar":
        found = _TAR
    if found is _HDF and PurePath(name).suffix.lower() in (".nc", ".nc4"):
        found = _NETCDF
    if found is None:
        found = next((known for form, known in _BY_TEXT if form.match(start)), None)
    if found is None:
        found = _BY_ENDING.get(PurePath(name).suffix.lower())
    if found is not None:
        raise _refused(found, name)


def refuse_archive(members: Collection[str], name: str) -> None:
    """Raise DataError for a ZIP archive that is a file of another format."""
    for is_told, known in _BY_MEMBER:
        if any(map(is_told, members)):
            raise _refused(known, name)


def _refused(found: _Foreign, name: str) -> DataError:
    return DataError(f"is {found.what}, which is not read", file=name, hint=found.line(name))
