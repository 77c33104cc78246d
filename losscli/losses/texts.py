"""Losses of texts whose tokens have log-probabilities: perplexity per unit, bits per byte.

A row is a text: its log-likelihood (nats), and how many tokens, bytes, words and characters it has.
Tools part in what they divide by and in what they average, so each of them is a loss of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from losscli.arrays import Array
from losscli.losses.definition.bounds import POSITIVE
from losscli.losses.definition.loss import (
    Example,
    Labels,
    Loss,
    Param,
    Reading,
    Shape,
    Stats,
    Terms,
)
from losscli.losses.forms.categorical import Form
from losscli.vocabulary import Kind, Task

LOG_LIKELIHOOD = "log_likelihood"
UNITS = ("tokens", "bytes", "words", "characters")
LAYOUT = (LOG_LIKELIHOOD, *UNITS)

_EXAMPLE = Example(
    ((-12.0, 4.0, 18.0, 3.0, 18.0), (-30.0, 9.0, 44.0, 8.0, 43.0)),
    None,
    Kind.LOG_PROBABILITY,
    Task.TEXTS,
)
_AVERAGE = Param(
    "micro",
    "over all units of all texts, or the mean of the texts' own values",
    choices=("micro", "macro"),
)
_CHOSEN = "It judges a text that is there; its model is trained by the cross entropy of the tokens."


class TextTerms(Struct, frozen=True):
    """The kernel: the negative log-likelihood of each text, and its units, to be summed.

    `unit` is one of `UNITS`, or empty where every text counts as one.
    """

    unit: str

    def __call__(self, pred: Array, label: None) -> Terms:
        """The terms of `pred` (n, 5): log-likelihood, tokens, bytes, words and characters."""
        units = pred[:, 1 + UNITS.index(self.unit)] if self.unit else np.ones(len(pred))
        return {"loss": -pred[:, 0], "units": units}


def _per_unit(stats: Stats) -> Any:
    """Nats per unit: of all texts together, or (n,) of each text on its own."""
    loss = stats.value("loss")
    if np.ndim(loss):
        return loss / stats.value("units")
    units = stats.total("units")
    return float(stats.total("loss") / units) if units else math.nan


def _perplexity(stats: Stats, _params: Mapping[str, Any]) -> Any:
    return np.exp(_per_unit(stats))


def _bits(stats: Stats, _params: Mapping[str, Any]) -> Any:
    return _per_unit(stats) / math.log(2.0)


def _readings(unit: str) -> tuple[Reading, ...]:
    return (
        Reading(
            TextTerms(unit),
            Form.VALUE,
            Labels.NONE,
            (Task.TEXTS,),
            shape=Shape.SUMS,
            kinds=(Kind.LOG_PROBABILITY,),
            items=LAYOUT,
            item_bounds={unit: POSITIVE} if unit else {},
        ),
    )


def _perplexity_per(unit: str, noun: str, when: str, reference: str) -> Loss:
    return Loss(
        id=f"{noun}_perplexity",
        title=f"perplexity per {noun}",
        family="sequence",
        aliases=(f"{noun[:4]}_ppl" if noun == "character" else f"{noun}_ppl",),
        readings=_readings(unit),
        params={"average": _AVERAGE},
        finish=_perplexity,
        formula=f"exp(−Σ log p ÷ Σ {unit}); macro: mean of exp(−log p ÷ {unit})",
        derivative_says=_CHOSEN,
        summary=f"Among how many equally likely continuations the model chooses at each {noun}.",
        when=when,
        reference=reference,
        example=_EXAMPLE,
        lower=1.0,
        zero_at_perfect=False,
    )


TOKEN_PERPLEXITY = _perplexity_per(
    "tokens",
    "token",
    "Models that share a tokenizer. Macro is what Hugging Face's evaluate calls mean_perplexity.",
    "Jelinek et al. 1977, J. Acoust. Soc. Am. 62; Hugging Face evaluate 0.4 perplexity",
)
WORD_PERPLEXITY = _perplexity_per(
    "words",
    "word",
    "Models of different tokenizers, as lm-eval counts words: parts between white space.",
    "lm-evaluation-harness 0.4.9 word_perplexity",
)
BYTE_PERPLEXITY = _perplexity_per(
    "bytes",
    "byte",
    "Models of different tokenizers and texts of any language: bytes of UTF-8.",
    "lm-evaluation-harness 0.4.9 byte_perplexity",
)
CHARACTER_PERPLEXITY = _perplexity_per(
    "characters",
    "character",
    "As per byte, for comparison with models of characters.",
    "Graves 2013, arXiv:1308.0850",
)

TEXT_PERPLEXITY = Loss(
    id="text_perplexity",
    title="perplexity per text",
    family="sequence",
    aliases=("text_ppl", "document_perplexity"),
    readings=_readings(""),
    finish=_perplexity,
    formula="exp(−mean log p of the texts)",
    derivative_says=_CHOSEN,
    summary="The exponential of what a text costs on average, however long it is.",
    when="Short answers that are each one question; lm-eval calls this perplexity.",
    reference="lm-evaluation-harness 0.4.9 perplexity",
    example=_EXAMPLE,
    lower=1.0,
    zero_at_perfect=False,
    featured=False,
)

BITS_PER_BYTE = Loss(
    id="bits_per_byte",
    title="bits per byte",
    family="sequence",
    aliases=("bpb",),
    readings=_readings("bytes"),
    params={"average": _AVERAGE},
    finish=_bits,
    formula="−Σ log₂ p ÷ Σ bytes; macro: mean of −log₂ p ÷ bytes",
    derivative_says=_CHOSEN,
    summary="How many bits the model would need to write down a byte of the text.",
    when="Models of different tokenizers: a byte is the same for all of them.",
    reference="Gao et al. 2020, arXiv:2101.00027; lm-evaluation-harness 0.4.9 bits_per_byte",
    example=_EXAMPLE,
    unit="bits",
    zero_at_perfect=False,
)
