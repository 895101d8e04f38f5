"""Who moderates: given by a lead, taken over, called in, and never somebody with a stake."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Audit, HistoryEvent, ModerationDraw, RoleGrant, User
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.permissions import Role
from audit_app.rules.sampling import DrawnBecause
from tests.browser_page import Page, PageClient
from tests.moderation.waiting import a_cycle, given_to
from tests.people import World, make_user


def _has_it() -> int | None:
    db.session.expire_all()
    return db.session.scalars(select(ModerationDraw.moderator_id)).one()


def _options(page: Page) -> list[str]:
    return [option.get_text() for option in page.html.find_all("option")]


def _manager_who_moderates(world: World) -> User:
    maud = make_user("maud", Role.MODERATOR, staff_id="E2001")
    maud.grants.append(RoleGrant(role=Role.TEAM_MANAGER, team_id=world.south.id))
    db.session.commit()
    return maud


def test_a_lead_gives_it_to_somebody_else_and_sees_who_cannot_and_why(
    web: PageClient, world: World
) -> None:
    mo, maud = world.another_moderator(), _manager_who_moderates(world)
    audit = given_to(world.bob, world, a_cycle())
    web.sign_in(world.carol)
    listed = web.get("/moderation/waiting").links()
    page = web.get(listed[f"Give to somebody else : {audit.reference}"])
    assert _options(page) == ["Select", "Mo (0 waiting)", "Bob (1 waiting)"]
    assert f"{maud.name} is the line manager of the worker" in page.text
    web.send(page, moderator=str(mo.id))
    assert _has_it() == mo.id
    verbs = db.session.scalars(select(HistoryEvent.verb)).all()
    assert "allocated for moderation" in verbs


def test_somebody_must_be_chosen_and_only_from_the_list(web: PageClient, world: World) -> None:
    maud = _manager_who_moderates(world)
    audit = given_to(world.bob, world, a_cycle())
    web.sign_in(world.carol)
    page = web.get(f"/moderation/{audit.reference}/allocate")
    assert web.send(page, status=400).errors == ["Select who should moderate it"]
    refused = web.send(page, status=400, moderator=str(maud.id))
    assert refused.errors == ["Choose a moderator from the list"]
    assert _has_it() == world.bob.id


def test_an_allocation_seen_too_long_ago_gives_nothing_away(web: PageClient, world: World) -> None:
    mo = world.another_moderator()
    audit = given_to(world.bob, world, a_cycle())
    web.sign_in(world.carol)
    old = web.get(f"/moderation/{audit.reference}/allocate")
    web.send(web.get(old.path), moderator=str(mo.id))
    late = web.send(old, status=403, moderator=str(world.bob.id))
    assert "Somebody else dealt with this audit" in late.text
    assert _has_it() == mo.id


def test_an_audit_that_waits_without_a_draw_can_be_given(web: PageClient, world: World) -> None:
    audit = world.recorded_audit()
    web.sign_in(world.carol)
    page = web.get(web.get("/moderation/").links()[f"Give it to a moderator : {audit.reference}"])
    web.send(page, moderator=str(world.bob.id))
    assert _has_it() == world.bob.id
    web.sign_out()
    web.sign_in(world.bob)
    assert audit.reference in web.get("/moderation/").links()


def test_another_moderator_takes_it_over_and_the_first_can_no_longer_judge_it(
    web: PageClient, world: World
) -> None:
    mo = world.another_moderator()
    audit = given_to(world.bob, world, a_cycle())
    web.sign_in(world.bob)
    bobs = web.get(f"/moderation/{audit.reference}")
    web.sign_out()
    web.sign_in(mo)
    assert audit.reference not in web.get("/moderation/").links()
    assert "Take over its moderation" in web.get(f"/audits/{audit.reference}").links()
    asked = web.get(f"/moderation/{audit.reference}")
    assert asked.path == web.get("/moderation/waiting").links()[f"Take over : {audit.reference}"]
    assert "Bob has it" in asked.text
    assert web.send(asked).h1 == "Moderate the audit"
    assert web.send(asked).h1 == "Moderate the audit"
    assert _has_it() == mo.id
    web.sign_out()
    web.sign_in(world.bob)
    typed = bobs.fields() | {"overall": "good", "practice_note": "Half an hour of writing."}
    late = web.post(bobs.path, typed | {"csrf_token": web.get("/").csrf}, status=403)
    assert "Half an hour of writing." in late.text
    assert "Mo has this audit to moderate" in late.text
    assert db.session.scalars(select(Audit.state)).one() is AuditState.SUBMITTED


def test_somebody_with_a_stake_cannot_take_it_over(web: PageClient, world: World) -> None:
    maud = _manager_who_moderates(world)
    audit = given_to(world.bob, world, a_cycle())
    web.sign_in(maud)
    assert "Take over its moderation" not in web.get(f"/audits/{audit.reference}").links()
    asked = web.get(f"/moderation/{audit.reference}/take-over")
    assert asked.path == f"/audits/{audit.reference}"
    token = {"csrf_token": web.get("/").csrf}
    seen = {"seen": world.bob.reference}
    web.post(f"/moderation/{audit.reference}/take-over", token | seen, status=403)
    assert _has_it() == world.bob.id


def _offered(web: PageClient) -> dict[str, str]:
    """What there is to do on the page of all that waits, by the audit it is to be done to."""
    rows = web.get("/moderation/waiting").tables[0]
    return {row[0].split()[0]: row[7].split(" :")[0] for row in rows[1:]} if rows[0][7:] else {}


def test_what_waits_is_offered_only_to_who_may_do_it(web: PageClient, world: World) -> None:
    maud, cycle = _manager_who_moderates(world), a_cycle()
    bobs, nobodys = given_to(world.bob, world, cycle), given_to(None, world, cycle)
    elsewhere = given_to(world.bob, world, cycle, team=world.north, auditor=world.mallory)
    expected = {
        world.bob: {bobs: "Moderate", nobodys: "Moderate", elsewhere: "Moderate"},
        # She manages the team whose cases two of them are about.
        maud: {bobs: "", nobodys: "", elsewhere: "Take over"},
        world.ivy: {},
    }
    for person, offered in expected.items():
        web.sign_in(person)
        said = {audit.reference: words for audit, words in offered.items()}
        assert _offered(web) == said, person.name
        web.sign_out()


def test_an_inspector_is_not_told_that_all_have_a_moderator(web: PageClient, world: World) -> None:
    given_to(None, world, a_cycle())
    web.sign_in(world.ivy)
    page = web.get("/moderation/")
    assert "has a moderator" not in page.text
    assert "1 audit waits" in web.get(page.links()["All audits that wait, whoever has them"]).text


def test_a_lead_calls_in_what_the_sample_left_out(web: PageClient, world: World) -> None:
    cycle = a_cycle(random_percent=0, blind=True, days_allowed=7)
    audit = given_to(None, world, cycle, state=AuditState.COMPLETE)
    assert audit.draw is not None
    audit.blind, audit.draw.chosen_because, audit.draw.due_on = False, None, None
    db.session.commit()
    web.sign_in(world.carol)
    page = web.get(web.get(f"/audits/{audit.reference}").links()["Call it in for moderation"])
    assert "Its judgement already stands in figures" in page.text
    assert web.send(page, status=400).errors == ["Say why it should be moderated"]
    for _ in range(2):
        web.send(page, reason="A complaint by the family.")
    db.session.expire_all()
    called = db.session.scalars(select(Audit)).one()
    assert called.state is AuditState.SUBMITTED
    assert not called.blind, "its judgement could be read before"
    assert called.draw is not None
    assert called.draw.chosen_because is DrawnBecause.CALLED_IN
    assert called.draw.moderator_id == world.bob.id
    assert called.draw.due_on == date.today() + timedelta(days=7)


@pytest.mark.parametrize("page", ["allocate", "call-in"])
@pytest.mark.parametrize("who", ["alice", "bob", "mallory", "dan"])
def test_only_a_practice_lead_gives_and_calls_in(
    web: PageClient, world: World, page: str, who: str
) -> None:
    audit = given_to(world.bob, world, a_cycle())
    web.sign_in(getattr(world, who))
    web.get(f"/moderation/{audit.reference}/{page}", status=403)


def test_what_was_moderated_can_no_longer_be_given_or_called_in(
    web: PageClient, world: World
) -> None:
    audit = given_to(world.bob, world, a_cycle(), state=AuditState.ACCEPTED)
    web.sign_in(world.carol)
    assert web.get(f"/moderation/{audit.reference}/allocate").path == f"/audits/{audit.reference}"
    refused = web.get(f"/moderation/{audit.reference}/call-in", status=403)
    assert "its status is “Moderated and agreed”" in refused.text
