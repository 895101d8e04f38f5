"""What is typed to look for words, and the parts of a text in which they were found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST = 200
MOST = 10
#: How much of the text stands on either side of what was found, in characters.
AROUND = 90
#: Parts shown of one text.
MOST_PARTS = 2

#: Words between quotation marks, or whatever stands between spaces.
_TERM = re.compile(r'["“”„‟]([^"“”„‟]+)["“”„‟]|(\S+)')
_WORD = re.compile(r"[^\W_]+")

#: Where a hit begins in a text and where it ends.
Span = tuple[int, int]


class Unsearchable(ValueError):
    """Nothing can be looked for by what was typed; the message says what to type."""


def read_terms(typed: str) -> tuple[str, ...]:
    """Each word, or words that stand together, that a text must hold; none of them twice.

    A word with something inside, such as “co-produced” or “child’s”, is words that stand together.

    Raises:
        Unsearchable: when there is no word in it, or too much to look for.
    """
    if len(typed) > LONGEST:
        raise Unsearchable(f"Use {LONGEST} characters or fewer")
    found = (quoted or bare for quoted, bare in _TERM.findall(typed))
    terms = {" ".join(words_in(each)).casefold(): each.strip() for each in found if words_in(each)}
    if not terms:
        raise Unsearchable("Enter a word to look for")
    if len(terms) > MOST:
        raise Unsearchable(f"Look for {MOST} words or fewer at a time")
    return tuple(terms.values())


def words_in(text: str) -> list[str]:
    """The runs of letters and digits."""
    return _WORD.findall(text)


@dataclass(frozen=True)
class Piece:
    """Some letters of an excerpt; ``hit`` where they are what was looked for."""

    text: str
    hit: bool


@dataclass(frozen=True)
class Excerpt:
    """A part of a text. ``before`` and ``after`` are whether the text goes on there."""

    pieces: tuple[Piece, ...]
    before: bool
    after: bool


def excerpts(text: str, hits: Sequence[Span]) -> list[Excerpt]:
    """The first few parts of a text around its hits, whole words only; its beginning without any.

    ``hits`` are in order and do not overlap.
    """
    windows: list[Span] = []
    for begin, end in hits or [(0, 0)]:
        first, last = _whole_words(text, begin, end)
        if windows and first <= windows[-1][1]:
            windows[-1] = (windows[-1][0], last)
        else:
            windows.append((first, last))
    return [_excerpt(text, window, hits) for window in windows[:MOST_PARTS]]


def _whole_words(text: str, begin: int, end: int) -> Span:
    """The part around a hit, without pieces of words at its ends."""
    first, last = max(begin - AROUND, 0), min(end + AROUND, len(text))
    if first and not text[first - 1].isspace():
        space = re.compile(r"\s").search(text, first, begin)
        first = space.end() if space else begin
    if last < len(text) and not text[last].isspace():
        whole = re.compile(r".*(?=\s)", re.DOTALL).match(text, end, last)
        last = whole.end() if whole else end
    return first, last


def _excerpt(text: str, window: Span, hits: Sequence[Span]) -> Excerpt:
    first, last = window
    pieces = tuple(_pieces(text, window, hits))
    return Excerpt(pieces, text[:first].strip() != "", text[last:].strip() != "")


def _pieces(text: str, window: Span, hits: Sequence[Span]) -> Iterator[Piece]:
    at, last = window
    for begin, end in hits:
        if end <= at or begin >= last:
            continue
        if begin > at:
            yield Piece(text[at:begin], hit=False)
        yield Piece(text[max(begin, at) : min(end, last)], hit=True)
        at = min(end, last)
    if at < last:
        yield Piece(text[at:last], hit=False)


def spans_between(marked: str, begins: str, ends: str) -> list[Span]:
    """Where the marks stand in the text without them."""
    spans, at = [], 0
    for part in marked.split(begins):
        hit, found, rest = part.partition(ends)
        if found:
            spans.append((at, at + len(hit)))
        at += len(hit) + len(rest)
    return spans


def spans_together(text: str, spans: Sequence[Span], words: int) -> list[Span]:
    """Runs of at least so many words with nothing but spaces and signs between, each as one."""
    runs: list[list[Span]] = []
    for span in spans:
        if runs and not words_in(text[runs[-1][-1][1] : span[0]]):
            runs[-1].append(span)
        else:
            runs.append([span])
    return [(run[0][0], run[-1][1]) for run in runs if len(run) >= words]


def one_after_another(spans: Sequence[Span]) -> list[Span]:
    """In order, those that overlap made one."""
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
