"""Reading what is typed to look for words, and cutting out the parts that hold them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.word_search import (
    AROUND,
    LONGEST,
    Unsearchable,
    excerpts,
    one_after_another,
    read_terms,
    spans_between,
    spans_together,
)

LETTERS = st.text(alphabet="ab \n.,", max_size=400)


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("drift", ("drift",)),
        ("  drift   delay ", ("drift", "delay")),
        ("“drift and delay” neglect", ("drift and delay", "neglect")),
        ('"drift and delay"', ("drift and delay",)),
        ("co-produced child’s", ("co-produced", "child’s")),
        ("drift Drift “drift”", ("drift",)),
        ('"drift', ('"drift',)),
        ("AND OR -not * ( drift", ("AND", "OR", "-not", "drift")),
        ("“” drift ...", ("drift",)),
        ("E1006 12", ("E1006", "12")),
    ],
)
def test_words_and_words_that_stand_together_are_told_apart(
    typed: str, terms: tuple[str, ...]
) -> None:
    assert read_terms(typed) == terms


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter a word to look for"),
        (" “” - ' * ", "Enter a word to look for"),
        ("x" * (LONGEST + 1), "Use 200 characters or fewer"),
        (" ".join(f"w{n}" for n in range(11)), "Look for 10 words or fewer at a time"),
    ],
)
def test_what_cannot_be_looked_for_is_refused_with_what_to_do(typed: str, said: str) -> None:
    with pytest.raises(Unsearchable, match=said):
        read_terms(typed)


@st.composite
def texts_with_hits(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    text = draw(LETTERS)
    ends = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    return text, list(zip(ends[::2], ends[1::2], strict=False))


@given(texts_with_hits())
def test_an_excerpt_is_a_part_of_the_text_and_marks_its_hits_alone(
    given: tuple[str, list[tuple[int, int]]],
) -> None:
    text, hits = given
    whole = {text[begin:end] for begin, end in hits}
    for part in excerpts(text, hits):
        assert "".join(piece.text for piece in part.pieces) in text
        assert {piece.text for piece in part.pieces if piece.hit} <= whole
    marked = [piece for part in excerpts(text, hits) for piece in part.pieces if piece.hit]
    assert bool(marked) == bool(hits)


def test_an_excerpt_ends_at_whole_words_and_says_that_the_text_goes_on() -> None:
    text = f"{'before ' * 40}drift{' after' * 40}"
    at = text.index("drift")
    (part,) = excerpts(text, [(at, at + 5)])
    shown = "".join(piece.text for piece in part.pieces)
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert part.before
    assert part.after
    assert len(shown) <= 2 * AROUND + 5


def test_a_short_text_is_shown_whole() -> None:
    (part,) = excerpts("Drift was named.", [(0, 5)])
    assert [(piece.text, piece.hit) for piece in part.pieces] == [
        ("Drift", True),
        (" was named.", False),
    ]
    assert not part.before
    assert not part.after


def test_a_text_without_a_mark_is_shown_from_its_beginning() -> None:
    (part,) = excerpts("Nothing is marked here.", [])
    assert [piece.hit for piece in part.pieces] == [False]


@given(texts_with_hits())
def test_marks_are_read_back_where_they_were_put(
    given: tuple[str, list[tuple[int, int]]],
) -> None:
    text, hits = given
    marked = text
    for begin, end in reversed(hits):
        marked = f"{marked[:begin]}<{marked[begin:end]}>{marked[end:]}"
    assert spans_between(marked, "<", ">") == hits


def test_words_that_stand_together_are_marked_only_together() -> None:
    text = "And drift, and delay; and more"
    spans = [(0, 3), (4, 9), (11, 14), (15, 20), (22, 25)]
    assert spans_together(text, spans, 3) == [(0, 25)]
    assert spans_together("drift here and delay", [(0, 5), (11, 14), (15, 20)], 3) == []
    assert spans_together("drift here and delay", [(11, 14), (15, 20)], 2) == [(11, 20)]


def test_overlapping_marks_are_one() -> None:
    assert one_after_another([(5, 9), (0, 3), (7, 12)]) == [(0, 3), (5, 12)]
