"""Log-probabilities of tokens, as servers and evaluators write them → texts.

What is read, each by what stands in its first records:

| in a record | written by |
|---|---|
| `choices[].logprobs.content[].logprob`, `choices[].logprobs.token_logprobs` | OpenAI, vLLM |
| `logprobs.content[].logprob`, `logprobs.token_logprobs`, `token_logprobs` | the choices alone |
| `prompt_logprobs` | vLLM |
| lists under `logprobs`, `token_logprobs`, … of different lengths | anyone |
| `resps`/`filtered_resps` of one log-likelihood | lm-eval's `samples_*.jsonl` |

A leading null (the first token, which nothing precedes) has no log-probability and is not counted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from losscli.losses.texts import LAYOUT

# Names under which lists of log-probabilities stand; of the later ones, only where their lengths
# differ or they begin with null, since they are as well those of classes.
_OF_TOKENS = ("token_logprobs", "token_log_probs", "tokens_logprobs", "tokenwise_logprobs")
_OF_ANYTHING = ("logprobs", "log_probs", "logps", "logprob", "log_likelihoods", "lps")
# Where the text stands that the tokens spell.
_TEXTS = ("text", "completion", "target", "output", "response", "content")
# What OpenAI writes for a token outside those whose log-probabilities it hands out.
_UNKNOWN = -9999.0
_SLACK = 1e-3


class NoLogProbability(Exception):
    """An item of a record that is no log-probability; `value` is what stands there."""

    def __init__(self, problem: str, value: object) -> None:
        super().__init__(problem)
        self.problem, self.value = problem, value


class Text(Struct, frozen=True):
    """One text: its log-likelihood, its tokens (0 if they are not known), and what they spell."""

    log_likelihood: float
    tokens: int
    spelled: bytes | str | None

    def units(self) -> dict[str, float]:
        """The numbers of a row, by the names of `LAYOUT`; 0 for what is not known."""
        found = self.spelled
        raw = found.encode() if isinstance(found, str) else found or b""
        text = raw.decode(errors="replace")
        # Words are counted as lm-eval counts them.
        words = len(re.split(r"\s+", text)) if raw else 0
        numbers = (self.log_likelihood, self.tokens, len(raw), words, len(text))
        return dict(zip(LAYOUT, map(float, numbers), strict=True))


Reader = Callable[[Mapping[str, Any]], Iterator[Text]]


class Found(Struct, frozen=True):
    """How the texts of a file are read, and `where` in a record they stand."""

    read: Reader
    where: str


def reader_of(records: Sequence[Mapping[str, Any]]) -> Found | None:
    """How records hold the log-probabilities of texts; None for records of another kind."""
    first = records[0] if records else {}
    for rule in (_of_samples, _of_responses, _of_prompts, _of_lists):
        found = rule(first, records)
        if found is not None:
            return found
    return None


def _of_samples(_: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> Found | None:
    """lm-eval's samples of whole texts: one log-likelihood, or it and whether it is greedy.

    A generated answer may be a number too: then it is not all that the model responded, or above 0.
    """
    if not records or any(single_response(record) is None for record in records):
        return None

    def read(record: Mapping[str, Any]) -> Iterator[Text]:
        found = single_response(record)
        if found is None:
            raise NoLogProbability("holds no log-likelihood", record.get("filtered_resps"))
        target = record.get("target")
        yield Text(found, 0, target if isinstance(target, str) else None)

    return Found(read, "filtered_resps, the bytes, words and characters of target")


def single_response(record: Mapping[str, Any]) -> float | None:
    """The one log-likelihood of a sample; None where there are several, or none."""
    found = _single(record.get("filtered_resps", record.get("resps")))
    same = found == _single(record.get("resps", record.get("filtered_resps")))
    return found if found is not None and found <= _SLACK and same else None


def _single(given: Any) -> float | None:
    while isinstance(given, list) and len(given) == 1:
        given = given[0]
    if isinstance(given, list) and len(given) == 2 and number(given[0]) is not None:
        pair = str(given[1]).lower()
        return number(given[0]) if pair in ("true", "false") else None
    return None if isinstance(given, list) else number(given)


def number(item: Any) -> float | None:
    """A number, also one that is written as text; None for anything else."""
    if isinstance(item, bool) or not isinstance(item, (int, float, str)):
        return None
    try:
        return float(item)
    except ValueError:
        return None


def _of_responses(first: Mapping[str, Any], _: Sequence[Mapping[str, Any]]) -> Found | None:
    """Responses of a server, or their choices: `logprobs` are a record."""
    if not any(_in_choice(choice) is not None for choice in _choices(first)):
        return None

    def read(record: Mapping[str, Any]) -> Iterator[Text]:
        for choice in _choices(record):
            found = _in_choice(choice)
            if found is None:
                raise NoLogProbability("holds no log-probabilities", choice.get("logprobs"))
            yield text_of(*found)

    inner = _choices(first)[0]["logprobs"]
    place = "content[].logprob" if inner.get("content") is not None else "token_logprobs"
    return Found(read, f"{'choices[].' if 'choices' in first else ''}logprobs.{place}")


def _choices(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The choices of a response, also of one in a file of batched ones; else the record itself."""
    body: Any = record
    for name in ("response", "body"):
        if isinstance(body.get(name), dict):
            body = body[name]
    choices = body.get("choices")
    if isinstance(choices, list) and all(isinstance(each, dict) for each in choices):
        return choices
    return [body]


def _in_choice(choice: Mapping[str, Any]) -> tuple[list[Any], list[Any] | None] | None:
    """The log-probabilities of a choice, and its tokens."""
    found = choice.get("logprobs")
    if not isinstance(found, dict):
        return None
    content, listed = found.get("content"), found.get("token_logprobs")
    if isinstance(content, list) and all(isinstance(each, dict) for each in content):
        spelled = [each.get("bytes") or each.get("token") for each in content]
        return [each.get("logprob") for each in content], spelled
    if isinstance(listed, list):
        return listed, found.get("tokens")
    return None


def _of_prompts(first: Mapping[str, Any], _: Sequence[Mapping[str, Any]]) -> Found | None:
    """vLLM's `prompt_logprobs`: null, then for each token a record by its id, its own first.

    They stand in the response, or in each of the choices that complete prompts of their own.
    """
    if not any(_is_prompt(each.get("prompt_logprobs")) for each in _prompts(first)):
        return None

    def read(record: Mapping[str, Any]) -> Iterator[Text]:
        for each in _prompts(record):
            given: Any = each.get("prompt_logprobs")
            if not _is_prompt(given):
                raise NoLogProbability("holds no prompt_logprobs", given)
            own = list(map(_own, given, _ids(each, len(given))))
            yield text_of(
                [None if token is None else token.get("logprob") for token in own],
                [None if token is None else token.get("decoded_token") for token in own],
            )

    inside = "prompt_logprobs" not in first
    return Found(read, "choices[].prompt_logprobs" if inside else "prompt_logprobs")


def _prompts(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The records of a response that hold `prompt_logprobs`: itself, or its choices."""
    return [record] if "prompt_logprobs" in record else _choices(record)


def _ids(record: Mapping[str, Any], count: int) -> list[Any]:
    """The tokens of a prompt by their ids, where the record tells."""
    given = record.get("prompt_token_ids")
    return given if isinstance(given, list) and len(given) == count else [None] * count


def _own(likeliest: Mapping[str, Any] | None, token: Any) -> Mapping[str, Any] | None:
    """Of the tokens that vLLM lists at a place, the prompt's own: by its id, or the first."""
    if likeliest is None:
        return None
    found: Mapping[str, Any] = likeliest.get(str(token)) or next(iter(likeliest.values()))
    return found


def _is_prompt(given: Any) -> bool:
    return (
        isinstance(given, list)
        and any(each is not None for each in given)
        and all(
            each is None
            or (isinstance(each, dict) and each and isinstance(next(iter(each.values())), dict))
            for each in given
        )
    )


def _of_lists(first: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> Found | None:
    """Plain lists of log-probabilities."""
    name = next((each for each in (*_OF_TOKENS, *_OF_ANYTHING) if _is_list(first.get(each))), None)
    if name is None:
        return None
    lists = [record.get(name) for record in records]
    if name in _OF_ANYTHING and not _of_different_texts(lists):
        return None
    spelled = next((each for each in _TEXTS if isinstance(first.get(each), str)), None)

    def read(record: Mapping[str, Any]) -> Iterator[Text]:
        given: Any = record.get(name)
        if not _is_list(given):
            raise NoLogProbability("is no list of log-probabilities", given)
        tokens = record.get("tokens")
        if isinstance(tokens, list) and len(tokens) == len(given) and _spell(tokens):
            yield text_of(given, tokens)
            return
        found = text_of(given, None)
        yield Text(found.log_likelihood, found.tokens, record.get(spelled) if spelled else None)

    by_tokens = isinstance(first.get("tokens"), list) and _spell(first["tokens"])
    told = "tokens" if by_tokens else spelled
    return Found(read, name + (f", the bytes, words and characters of {told}" if told else ""))


def _is_list(given: Any) -> bool:
    return isinstance(given, list) and all(
        each is None or (isinstance(each, (int, float)) and not isinstance(each, bool))
        for each in given
    )


def _of_different_texts(lists: Sequence[Any]) -> bool:
    """Whether lists are of tokens and not of classes: of different lengths, or begun by null."""
    given = [each for each in lists if _is_list(each) and each]
    numbers = [item for each in given for item in each if item is not None]
    below = all(item <= _SLACK for item in numbers)
    return below and (len({len(each) for each in given}) > 1 or any(e[0] is None for e in given))


def _spell(tokens: Sequence[Any]) -> bool:
    return all(isinstance(each, str) for each in tokens)


def text_of(log_probabilities: Sequence[Any], tokens: Sequence[Any] | None) -> Text:
    """The text of tokens with these log-probabilities; `tokens` spell it, as str or bytes.

    Raises NoLogProbability at the first item that is none, but for leading nulls.
    """
    skipped = 0
    while skipped < len(log_probabilities) and log_probabilities[skipped] is None:
        skipped += 1
    kept = log_probabilities[skipped:]
    if not kept:
        raise NoLogProbability("holds no log-probability", list(log_probabilities))
    for item in kept:
        if not isinstance(item, (int, float)) or isinstance(item, bool) or item != item:
            raise NoLogProbability("is no log-probability", item)
        if item > _SLACK:
            raise NoLogProbability("is no log-probability: it is above 0", item)
        if item == _UNKNOWN:
            raise NoLogProbability("stands for a token whose log-probability is not known", item)
    spelled = None
    if tokens is not None and all(each is not None for each in tokens[skipped:]):
        spelled = b"".join(
            each.encode() if isinstance(each, str) else bytes(each) for each in tokens[skipped:]
        )
    return Text(math.fsum(kept), len(kept), spelled)
