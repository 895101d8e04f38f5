"""The bars of what moderators did to grades: the message, every figure, and nothing by colour."""

from __future__ import annotations

from collections import Counter

from bs4 import BeautifulSoup

from audit_app.documents.chart_moves import moves_chart
from audit_app.rules.judgements import Judgement
from audit_app.rules.moderation_grid import ModerationGrid

O, G, R, I, N = Judgement  # noqa: E741

SOME = ModerationGrid(Counter({(G, G): 17, (R, G): 1, (G, R): 2}))
FEW = ModerationGrid(Counter({(G, G): 9}))


def drawn(blind: bool = True) -> BeautifulSoup:
    bars = [("2025", SOME), ("2026 (Jan – Oct)", FEW)]
    return BeautifulSoup(moves_chart(bars, blind, "85% <agreed>", "moves"), "html.parser")


def test_the_title_is_the_message_and_the_description_holds_every_figure() -> None:
    svg = drawn()
    title, told = (each.get_text() for each in svg.select("title, desc"))
    assert title == "85% <agreed>"
    assert told == (
        "What moderators did to grades. 2025, 20 audits: Higher 5%, Same 85%, Lower 10%. "
        "2026 (Jan – Oct), 9 audits: too few audits for percentages."
    )


def test_every_piece_is_labelled_in_words_and_few_audits_say_so() -> None:
    words = [each.get_text() for each in drawn().select("text")]
    for said in ("2025", "20 audits", "Same 85%", "Higher 5%", "Lower 10%"):
        assert said in words
    assert "Too few audits for percentages" in words


def test_in_the_open_grades_are_kept_or_moved() -> None:
    words = " ".join(each.get_text() for each in drawn(blind=False).select("text"))
    for said in ("Kept 85%", "Moved up 5%", "Moved down 10%"):
        assert said in words
    assert "Same" not in words
