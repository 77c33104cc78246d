"""Text files: encodings, line ends, quotes, numbers of all spellings, rows that are not whole."""

from __future__ import annotations

import bz2
import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator

from tests.faults.case import Case, gives, mse, refused
from tests.faults.npy_cases import Y

HEAD = "pred,label\n"
ROWS = "1.5,1\n-2,-1\n0.25,0.5\n4,4\n"
TABLE = HEAD + ROWS
VALUE = mse([1.5, -2.0, 0.25, 4.0], [1.0, -1.0, 0.5, 4.0])
WORDS = ("t.csv", "-l", "mse")


def _values() -> Iterator[Case]:
    """Spellings of the same table."""
    spelled: dict[str, str | bytes] = {
        "as it is": TABLE,
        "a byte order mark": b"\xef\xbb\xbf" + TABLE.encode(),
        "CRLF": TABLE.replace("\n", "\r\n"),
        "CR": TABLE.replace("\n", "\r"),
        "no last line end": TABLE[:-1],
        "blank lines at the end": TABLE + "\n\n\n",
        "semicolons": TABLE.replace(",", ";"),
        "tabs": TABLE.replace(",", "\t"),
        "bars": TABLE.replace(",", "|"),
        "decimal commas": TABLE.replace(",", ";").replace(".", ","),
        "quoted numbers": HEAD + '"1.5","1"\n"-2","-1"\n"0.25","0.5"\n"4","4"\n',
        "quoted headers": '"pred","label"\n' + ROWS,
        "blanks around headers": " pred , label \n" + ROWS,
        "blanks around numbers": HEAD + " 1.5 , 1\n-2 ,-1 \n 0.25,  0.5\n4,4\n",
        "signs": HEAD + "+1.5,+1\n-2,-1\n+0.25,0.5\n4,4\n",
        "exponents": HEAD + "15e-1,1E0\n-2.0e+0,-1\n2.5E-1,5e-1\n.4e1,4.\n",
        "points alone": HEAD + "1.5,1.\n-2.,-1.\n.25,.5\n4.,4.\n",
        "zeros in front": HEAD + "0001.5,01\n-02,-1\n00.25,0.5\n4,4\n",
        "many digits": HEAD + "1.5000000000000000000000,1\n-2,-1\n0.250000000000000000,0.5\n4,4\n",
        "UTF-16": TABLE.encode("utf-16"),
        "UTF-16, big-endian": b"\xfe\xff" + TABLE.encode("utf-16-be"),
        "a word of Latin-1": HEAD.replace("\n", ",r\xe9gion\n").encode("latin-1")
        + b"1.5,1,a\n-2,-1,\xe9\n0.25,0.5,b\n4,4,c\n",
        "quoted line ends": "pred,label,note\n"
        + '1.5,1,"one\ntwo"\n-2,-1,""\n0.25,0.5,"a ""b"" c"\n4,4,"x,y"\n',
        "a column of words": "pred,label,site\n1.5,1,a\n-2,-1,b\n0.25,0.5,\n4,4,c\n",
        "an index without a name": ",pred,label\n0,1.5,1\n1,-2,-1\n2,0.25,0.5\n3,4,4\n",
        "other names": "y_pred,y_true\n" + ROWS,
        "blank lines within": TABLE.replace("\n", "\n\n"),
        "names in capitals": "PRED,LABEL\n" + ROWS,
    }
    for name, content in spelled.items():
        yield gives(f"CSV: {name}", VALUE, {"t.csv": content}, *WORDS)
    packed = {
        "gz": gzip.compress(TABLE.encode()),
        "bz2": bz2.compress(TABLE.encode()),
        "gz in two members": gzip.compress(HEAD.encode()) + gzip.compress(ROWS.encode()),
    }
    for name, data in packed.items():
        yield gives(f"CSV: {name}", VALUE, {"t.csv": data}, *WORDS)
        yield gives(f"CSV: {name} by another ending", VALUE, {"t.txt": data}, "t.txt", *WORDS[1:])
    edge = HEAD + "1e-400,0\n4.9e-324,0\n1.7976931348623157e308,1.7976931348623157e308\n"
    yield gives("CSV: the ends of float64", 0.0, {"t.csv": edge}, *WORDS)
    wide = "pred,label," + ",".join(f"x{place}" for place in range(3000)) + "\n"
    wide += "".join(f"{row},{'0,' * 2999}0\n" for row in ("1.5,1", "-2,-1", "0.25,0.5", "4,4"))
    words = ("t.csv", "-p", "pred", "-y", "label", "-l", "mse")
    yield gives("CSV: three thousand columns", VALUE, {"t.csv": wide}, *words)
    long = f"pred,label,note\n1.5,1,{'x' * 3_000_000}\n-2,-1,\n0.25,0.5,\n4,4,\n"
    yield gives("CSV: a line of three megabytes", VALUE, {"t.csv": long}, *words)
    few = HEAD + "1.5,1\n,-1\n0.25,0.5\n4,\n"
    kept = mse([1.5, 0.25], [1.0, 0.5])
    yield gives("CSV: empty cells dropped", kept, {"t.csv": few}, *WORDS, "--nan", "drop")
    for word in ("NA", "nan", "NaN", "NULL", "null", "N/A", "#N/A"):
        text = HEAD + f"1.5,1\n{word},-1\n0.25,0.5\n4,{word}\n"
        yield gives(f"CSV: {word} dropped", kept, {"t.csv": text}, *WORDS, "--nan", "drop")


def _cells() -> Iterator[Case]:
    """One cell that is no number."""
    cells = {
        "oops": "not a number",
        "": "missing",
        "NA": "missing",
        "nan": "missing",
        "0x10": "not a number",
        "1_000": "not a number",
        "1 000": "not a number",
        "1,5": "",
        "12abc": "not a number",
        "1e": "not a number",
        "--1": "not a number",
        "1.2.3": "not a number",
        "e5": "not a number",
        "٣": "not a number",
        "１": "not a number",
        "−1": "not a number",
        "½": "not a number",
        "True": "not a number",
        "$5": "not a number",
        "=1+1": "not a number",
        "1;2": "not a number",
        "\x1b[31m1": "not a number",
        "[red]1[/red]": "not a number",
        "\u202e1": "not a number",
        "1e400": "",
        "inf": "",
        "-Infinity": "",
    }
    for cell, said in cells.items():
        text = HEAD + f"1.5,1\n{cell},-1\n0.25,0.5\n"
        yield refused(f"CSV cell: {cell!r}", {"t.csv": text}, WORDS, "t.csv, line 3", said)
    text = HEAD + "1.5,1\n2,x\n"
    yield refused("CSV label: a word", {"t.csv": text}, WORDS, "t.csv, line 3, column label", "x")
    text = "prd,la\n1,2\n\u0663,-1\n"
    words = ("t.csv", "-p", "la", "-y", "prd", "-l", "mse")
    yield refused("CSV label: a digit of another script", {"t.csv": text}, words, "t.csv, line 3")
    text = HEAD + '"1,234.5",1\n"2,000.0",2\n'
    yield gives("CSV: thousands", mse([1234.5, 2000.0], [1, 2]), {"t.csv": text}, *WORDS)
    text = HEAD + "1.5,1\n5%,-1\n0.25,0.5\n"
    yield gives("CSV: percent", mse([1.5, 0.05, 0.25], [1, -1, 0.5]), {"t.csv": text}, *WORDS)


def _broken() -> Iterator[Case]:
    texts: dict[str, tuple[str | bytes, str]] = {
        "nothing": ("", "empty"),
        "blanks alone": ("   \n\n", "t.csv"),
        "a byte order mark alone": (b"\xef\xbb\xbf", "t.csv"),
        "a header alone": (HEAD, "no rows"),
        "a header without its end": ("pred,label", "no rows"),
        "a row too short": (HEAD + "1.5,1\n2\n", "line 3"),
        "a row too long": (HEAD + "1.5,1\n2,3,4\n", "line 3"),
        "an open quote in a column that is not read": (
            'pred,label,note\n1.5,1,"good\n2,3,bad\n4,4,fine\n',
            "line 2: a quote is opened",
        ),
        "an open quote far down": (
            "pred,label,note\n" + "1.5,1,good\n" * 9000 + '2,3,"bad\n' + "4,4,fine\n" * 9000,
            "line 9002: a quote is opened",
        ),
        "an open quote": (HEAD + '1.5,1\n"2,3\n', "t.csv"),
        "a NUL": (HEAD.encode() + b"1.5,1\n2\x00,3\n", "t.csv"),
        "only NULs": (b"\0" * 1000, "t.csv"),
        "a truncated gz": (gzip.compress(TABLE.encode())[:-9], "t.csv"),
        "a damaged gz": (gzip.compress(TABLE.encode())[:-8] + b"\0" * 8, "t.csv"),
        "a gz of nothing": (gzip.compress(b""), "t.csv"),
        "a truncated bz2": (bz2.compress(TABLE.encode())[:-5], "t.csv"),
        "a tar": (_tar(TABLE), "t.csv"),
        "a PNG": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "t.csv"),
        "an Excel file": (_zip(TABLE, "xl/workbook.xml"), "t.csv"),
        "a pickle": (b"\x80\x04\x95\x0e\0\0\0\0\0\0\0]\x94(K\x01K\x02e.", "t.csv"),
        "HTML": ("<!doctype html><html><body>404</body></html>\n", "t.csv"),
        "UTF-16 cut in half": (TABLE.encode("utf-16")[:-1], "t.csv"),
        "UTF-8 that is none": (HEAD.encode() + b"1.5,\xff\n", "t.csv"),
    }
    for name, (content, said) in texts.items():
        yield refused(f"CSV: {name}", {"t.csv": content}, WORDS, "t.csv", said)
    yield refused(
        "CSV named as NPY", {"t.npy": TABLE}, ("t.npy", *WORDS[1:]), "t.npy", "no NPY file"
    )
    pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
    yield refused("CSV: a PDF", {"t.csv": pdf}, WORDS, "t.csv", "is a PDF document")
    files = {"p.csv": "pred\n1\n\n2\n3\n", "y.npy": Y}
    words = ("p.csv", "y.npy", "-l", "mse")
    yield refused("CSV: a blank line in a single column", files, words, "p.csv, line 3", "missing")
    twice = "pred,pred,label\n1,2,3\n"
    yield refused("CSV: a header twice", {"t.csv": twice}, WORDS, "t.csv", "pred", code=2)
    unnamed = "a,b,c\n1,2,3\n"
    yield refused(
        "CSV: no known names",
        {"t.csv": unnamed},
        WORDS,
        "which column is the prediction",
        "--label-col",
        code=2,
    )
    missing = ("t.csv", "-p", "prob", "-y", "label", "-l", "mse")
    yield refused("CSV: a column that is not there", {"t.csv": TABLE}, missing, "prob", code=2)
    files = {"p.csv": "pred\n1\n2\n3\n4\n5\n", "y.npy": Y}
    yield refused("CSV longer than its labels", files, ("p.csv", "y.npy", "-l", "mse"), "5 rows")
    files = {"p.csv": "id,pred\na,1\nb,2\n", "y.csv": "id,label\nb,1\na,2\n"}
    yield gives("CSV in another order", 1.0, files, "p.csv", "y.csv", "-l", "mse")
    files = {"p.csv": "id,pred\na,1\na,2\n", "y.csv": "id,label\na,1\nb,2\n"}
    words = ("p.csv", "y.csv", "--id-col", "id", "-l", "mse")
    yield refused("CSV: a key twice", files, words, "p.csv", "'a'")
    files = {"p.csv": "id,pred\na,1\nb,2\n", "y.csv": "id,label\na,1\nc,2\n"}
    yield refused("CSV: a key that is missing", files, words, "csv", "'")
    files = {"p.csv": "id,pred\na,1\n,2\n", "y.csv": "id,label\na,1\nb,2\n"}
    yield refused("CSV: a row without its key", files, words, "p.csv", "line 3")


def _zip(text: str, name: str = "t.csv") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, text)
    return file.getvalue()


def _tar(text: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo("t.csv")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text.encode()))
    return file.getvalue()


def _lines() -> Iterator[Case]:
    """JSON Lines."""
    rows = '{"pred": 1.5, "label": 1}\n{"pred": -2, "label": -1}\n'
    words = ("t.jsonl", "-l", "mse")
    value = mse([1.5, -2.0], [1.0, -1.0])
    good = {
        "as it is": rows,
        "keys in any order": '{"label": 1, "pred": 1.5}\n{"pred": -2, "label": -1}\n',
        "blank lines": rows.replace("\n", "\n\n"),
        "more keys": '{"pred": 1.5, "label": 1, "x": [1, {"y": null}]}\n' + rows.split("\n")[1],
        "CRLF": rows.replace("\n", "\r\n"),
    }
    for name, text in good.items():
        yield gives(f"JSON Lines: {name}", value, {"t.jsonl": text}, *words)
    bad: dict[str, tuple[str, str]] = {
        "a key that is missing": (rows + '{"pred": 1}\n', "line 3"),
        "half a line": (rows + '{"pred": 1, "lab', "line 3"),
        "a list": (rows + "[1, 2]\n", "line 3"),
        "a word": (rows + '{"pred": "x", "label": 1}\n', "line 3"),
        "null": (rows + '{"pred": null, "label": 1}\n', "line 3"),
        "NaN": (rows + '{"pred": NaN, "label": 1}\n', "line 3"),
        "a number beyond float64": (rows + '{"pred": 1e999, "label": 1}\n', "line 3"),
        "a deeply nested value": (rows + '{"pred": ' + "[" * 3000 + "]" * 3000 + "}\n", "line 3"),
        "a key twice": (rows + '{"pred": 1, "pred": 2, "label": 1}\n', "line 3"),
        "truth for a number": (rows + '{"pred": true, "label": 1}\n', "line 3"),
    }
    for name, (text, said) in bad.items():
        yield refused(f"JSON Lines: {name}", {"t.jsonl": text}, words, "t.jsonl", said)


CASES = [*_values(), *_cells(), *_broken(), *_lines()]
