"""Which JSON Lines and Parquet files hold log-probabilities of a language model: their tables."""

from __future__ import annotations

from losscli.inputs.file import File
from losscli.inputs.json_lines import JsonLinesSource
from losscli.inputs.log_probabilities import reader_of
from losscli.inputs.multiple_choice import ChoiceTable, is_of_choices
from losscli.inputs.source import Source
from losscli.inputs.texts import ParquetTexts, TextTable


def json_lines_table(file: File, codec: str | None) -> Source:
    """The table of JSON Lines: of texts or choices, where its first records hold them."""
    plain = JsonLinesSource(file, codec)
    records = plain.first_records
    if is_of_choices(records):
        return ChoiceTable(file, codec)
    found = reader_of(records)
    return plain if found is None else TextTable(file, codec, found)


def parquet_table(file: File) -> Source:
    """The table of a Parquet file: of texts, where it holds lists of their log-probabilities."""
    from losscli.inputs.parquet import ParquetSource

    plain = ParquetSource(file)
    names = plain.lists_of_numbers
    if not names:
        return plain
    first = next(plain.record_batches(_LOOKED), None)
    found = reader_of([] if first is None else first.to_pylist())
    return plain if found is None else ParquetTexts(plain, file, found)


_LOOKED = 1 << 8
