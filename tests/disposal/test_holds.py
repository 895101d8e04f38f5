"""Holds on a case, by information governance: placed once, lifted once, with why, and shown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.disposal import changes
from audit_app.disposal.disposing import dispose
from audit_app.disposal.queries import is_unaltered
from audit_app.extensions import db
from audit_app.models import DisposalCertificate, HistoryEvent, LegalHold
from audit_app.rules.permissions import ROLE_PERMISSIONS, Permission, Role
from tests.browser_page import Page, PageClient
from tests.disposal.filled import old_audit
from tests.disposal.test_retention import SIX_YEARS, TODAY
from tests.people import World
from tests.web.typing import autosave

NEW = "/disposal/holds/new"
PLACE, LIFT = "Place this hold", "Lift this hold"


def place(web: PageClient, case: str = "abc12", status: int = 200, **typed: str) -> Page:
    answers = {"case_reference": case, "reason": "Inquiry 7", **typed}
    return web.send(web.get(NEW), PLACE, status=status, **answers)


def the_hold() -> LegalHold:
    db.session.expire_all()
    return db.session.scalars(select(LegalHold)).one()


def test_a_hold_is_placed_and_listed(world: World, web: PageClient) -> None:
    web.sign_in(world.gwen)
    page = place(web)
    assert "Case ABC12" in page.h1
    assert "by Gwen" in page.text
    listed = web.get("/disposal/").tables[0]
    assert listed[1][1:] == ["Inquiry 7", listed[1][2], "Gwen"]
    assert listed[1][0].startswith("ABC12")
    verbs = select(HistoryEvent.verb).where(HistoryEvent.record_type == "legal hold")
    assert db.session.scalars(verbs).all() == ["placed"]


def test_a_case_has_one_hold_however_it_is_written(world: World, web: PageClient) -> None:
    web.sign_in(world.gwen)
    place(web, "abc12")
    page = place(web, "ABC12", status=400)
    assert "under hold already" in page.errors[0]
    there = f"See the hold that is in force: {the_hold().reference}"
    assert web.get(page.links()[there]).h1 == web.get(f"/disposal/holds/{the_hold().reference}").h1
    assert page.fields(PLACE)["reason"] == "Inquiry 7"
    assert the_hold().case_reference == "ABC12"


@pytest.mark.sqlite_only
def test_pages_for_an_officer_speak_of_the_disposal_and_not_of_its_command(
    world: World, web: PageClient
) -> None:
    web.sign_in(world.gwen)
    for path in ("/disposal/", "/disposal/next", NEW, "/disposal/certificates"):
        page = web.get(path)
        assert "retention" not in page.text
    assert "monthly disposal" in web.get("/disposal/").text


@pytest.mark.sqlite_only
def test_what_was_typed_about_a_hold_and_not_sent_is_shown_once(
    world: World, web: PageClient
) -> None:
    web.sign_in(world.gwen)
    place(web)
    lift = f"/disposal/holds/{the_hold().reference}/lift"
    typed: Any
    for path, typed in ((NEW, {"reason": "Inquiry 8"}), (lift, {"because": "It ended."})):
        autosave(web, web.get(path), **typed)
        page = web.get(path)
        assert page.fields().items() >= typed.items()
        assert len(page.html.find_all(string=re.compile("Not yet sent"))) == 1


def test_what_is_missing_is_asked_for(world: World, web: PageClient) -> None:
    web.sign_in(world.gwen)
    assert len(place(web, "", status=400, reason=" ").errors) == 2
    assert len(place(web, "K. Jones", status=400).errors) == 1


def test_the_same_form_sent_twice_places_one(world: World, web: PageClient) -> None:
    web.sign_in(world.gwen)
    page = web.get(NEW)
    answers: dict[str, Any] = {"case_reference": "ABC12", "reason": "Inquiry 7"}
    first = web.send(page, PLACE, **answers)
    again = web.send(page, PLACE, **answers)
    assert first.h1 == again.h1
    assert the_hold().lifted_at is None


def test_two_people_lift_it_once(world: World, web: PageClient) -> None:
    web.sign_in(world.gwen)
    place(web)
    address = f"/disposal/holds/{the_hold().reference}/lift"
    page = web.get(address)
    changes.lift(world.gwen, the_hold(), "The inquiry ended.")
    db.session.commit()
    late = web.send(page, LIFT, because="It ended.")
    assert "lifted already" in late.text
    assert the_hold().lifted_because == "The inquiry ended."
    assert web.get(address).h1 == late.h1


def test_a_lifted_case_can_be_held_again(world: World, web: PageClient) -> None:
    web.sign_in(world.gwen)
    place(web)
    web.send(web.get(f"/disposal/holds/{the_hold().reference}/lift"), LIFT, because="It ended.")
    place(web)
    assert len(db.session.scalars(select(LegalHold)).all()) == 2
    assert [table[0][-1] for table in web.get("/disposal/").tables] == ["By", "Lifted"]


def test_a_certificate_proves_itself_and_shows_no_text(world: World, web: PageClient) -> None:
    reference = old_audit(world, "quillmark", case="GONECASE").reference
    web.sign_in(world.gwen)
    assert "1 audit" not in web.get("/disposal/certificates").text
    coming = web.get("/disposal/next")
    assert ["Audits", "1"] in [row for table in coming.tables for row in table]
    assert "quillmark" not in coming.text
    (made,) = dispose(SIX_YEARS, TODAY)
    page = web.get(f"/disposal/certificates/{made.reference}")
    assert "As it was made" in page.text
    assert reference in page.text
    assert made.checksum in page.text
    assert "GONECASE" not in page.text
    assert made.reference in web.get("/disposal/certificates").links()
    made.rule = "Another rule"
    assert not is_unaltered(made)


def test_pages_where_there_is_nothing_say_so(app: Flask, world: World, web: PageClient) -> None:
    web.sign_in(world.gwen)
    for page, said in (
        ("", "No case is under hold"),
        ("certificates", "Nothing has been disposed of"),
        ("next", "Nothing would go today"),
    ):
        assert said in web.get(f"/disposal/{page}").text
    assert db.session.scalars(select(DisposalCertificate)).all() == []


def test_only_information_governance_opens_them(world: World, web: PageClient) -> None:
    holders = {
        role for role, verbs in ROLE_PERMISSIONS.items() if Permission.DISPOSAL_READ in verbs
    }
    assert holders == {Role.INFORMATION_GOVERNANCE}
    hold = LegalHold(case_reference="ABC12", reason="Claim", placed_by_id=world.adam.id)
    db.session.add(hold)
    db.session.commit()
    for stranger in (world.adam, world.carol, world.dan, world.ivy):
        web.sign_in(stranger)
        for page in ("", "next", "certificates", "holds/new", f"holds/{hold.reference}"):
            web.get(f"/disposal/{page}", status=403)
        web.sign_out()


def test_whoever_keeps_and_disposes_is_told_how_a_subject_is_answered(
    world: World, web: PageClient
) -> None:
    web.sign_in(world.gwen)
    page = web.get("/disposal/")
    assert page.html.select_one("h2#subject-access") is not None
    for said in ("the subject-access command", "Review it before it is given to anybody"):
        assert said in page.text
    assert not any("subject" in address for address in page.links().values())
