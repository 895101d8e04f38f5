"""The stock of sentences that made-up audits are written with, and how one is chosen for a case."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

_CONTENT = Path(__file__).parent / "content"
_FOR_AGES = re.compile(r"(\d+)-(\d+): ")
_SENTENCE_STARTS = re.compile(r"((?:^|[.!?] |: “)[“]?)([a-z])")


@cache
def stock(name: str) -> Any:
    """One file of sentences, such as ``overall`` or ``threads/voice``."""
    return tomllib.loads((_CONTENT / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def fitting(name: str, part: str, group: str, age: int) -> tuple[str, ...]:
    """The sentences of one part of a file that suit a child of this age, in their order."""
    return tuple(
        _FOR_AGES.sub("", sentence, count=1)
        for sentence in stock(name)[part][group]
        if _suits(sentence, age)
    )


def _suits(sentence: str, age: int) -> bool:
    ages = _FOR_AGES.match(sentence)
    return ages is None or int(ages[1]) <= age <= int(ages[2])


def say(sentence: str, words: Mapping[str, str]) -> str:
    """The sentence with the case's own words in it, each sentence beginning with a capital."""
    return _SENTENCE_STARTS.sub(
        lambda start: start[1] + start[2].upper(), sentence.format_map(words)
    )


def some(rng: Random, sentences: Sequence[str], words: Mapping[str, str], most: int = 1) -> str:
    """One or more different sentences of those given, run together."""
    if most == 1:
        return say(rng.choice(sentences), words)
    chosen = rng.sample(sentences, min(most, len(sentences)))
    return " ".join(say(sentence, words) for sentence in chosen)
