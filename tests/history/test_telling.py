"""History says what was done in words for people, and keeps what was written down as it was."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from audit_app.audits.sections import sections_of
from audit_app.extensions import db
from audit_app.models import HistoryEvent, remember
from audit_app.rules.deed_words import GIVEN, NOBODY, SAVED
from audit_app.rules.deeds import Refusal
from tests.browser_page import PageClient
from tests.history.test_page import rows_of
from tests.people import World


def _done(world: World, verb: str, record_type: str = "audit") -> None:
    remember(db.session, world.alice, verb, record_type, "K7QM-2XVD")
    db.session.commit()


def _said(web: PageClient, world: World) -> str:
    web.sign_in(world.gwen)
    (row,) = rows_of(web, records="K7QM-2XVD")
    return row[2]


def test_every_section_that_was_saved_is_called_by_its_title(web: PageClient, world: World) -> None:
    sections = sections_of(world.recorded_audit())
    for each in sections:
        _done(world, f"{SAVED}{each.key}")
    web.sign_in(world.gwen)
    said = [row[2] for row in reversed(rows_of(web, records="K7QM-2XVD"))]
    assert said == [f"Saved {each.title}" for each in sections]
    verbs = db.session.scalars(
        select(HistoryEvent.verb).where(HistoryEvent.record_reference == "K7QM-2XVD")
    )
    assert set(verbs) == {f"saved {each.key}" for each in sections}


@pytest.mark.parametrize(
    ("was", "to", "said"),
    [
        (NOBODY, "bob", "Given to Bob"),
        ("bob", NOBODY, "Taken from Bob"),
        ("bob", "carol", "Passed from Bob to Carol"),
        (NOBODY, "AAAA-2222", "Given to somebody"),
    ],
)
def test_who_was_given_something_is_called_by_name(
    web: PageClient, world: World, was: str, to: str, said: str
) -> None:
    known = {"bob": world.bob.reference, "carol": world.carol.reference}
    _done(world, f"{GIVEN}{known.get(was, was)} to {known.get(to, to)}", "allocation")
    assert _said(web, world) == said


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        (Refusal.NOT_FOUND, "Refused Not found"),
        ("password refused", "Refused Password"),
        ("sign-in refused", "Refused Sign-in"),
    ],
)
def test_a_refusal_is_called_one_once(web: PageClient, world: World, verb: str, said: str) -> None:
    _done(world, verb)
    assert _said(web, world) == said


def test_people_are_one_type_of_record_however_they_were_written_down(
    web: PageClient, world: World
) -> None:
    _done(world, "recorded days away", "person")
    _done(world, "switched off", "user")
    web.sign_in(world.gwen)
    page = web.get("/history/")
    options = [each.get_text() for each in page.html.select("#filter-type option")]
    offered = [option for option in options if option in ("User", "Person")]
    assert offered == ["Person"]
    for asked in ("user", "person"):
        found = rows_of(web, type=asked, records="K7QM-2XVD")
        assert [(row[2], row[3]) for row in found] == [
            ("Switched off", "Person K7QM-2XVD"),
            ("Recorded days away", "Person K7QM-2XVD"),
        ]
