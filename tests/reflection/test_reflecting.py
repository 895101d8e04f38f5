"""A practitioner's reflection: theirs alone, then shared and fixed, then acknowledged."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import Audit, HistoryEvent, Reflection, RoleGrant, Team, User
from audit_app.models.base import now
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from tests.browser_page import PageClient
from tests.people import World, make_user

WORDS = "I would see the child alone before the next visit."


def _of_priyas_work(world: World, **more: object) -> Audit:
    """An audit of Priya's work in Alice's team, by Mallory."""
    return world.recorded_audit(team=world.north, auditor=world.mallory, **more)  # type: ignore[arg-type]


def _written(audit: Audit, world: World, *, shared: bool = False) -> None:
    db.session.add(
        Reflection(
            audit_id=audit.id,
            user_id=world.priya.id,
            text=WORDS,
            version=1,
            shared_at=now() if shared else None,
        )
    )
    db.session.commit()


def _stored(audit: Audit) -> Reflection:
    db.session.rollback()
    return db.session.scalars(select(Reflection).where(Reflection.audit_id == audit.id)).one()


def _another_manager(team: Team) -> User:
    manager = make_user("moses", Role.TEAM_MANAGER, team, "E1050")
    db.session.commit()
    return manager


def test_a_worker_finds_the_audits_of_their_own_work_and_no_others(
    web: PageClient, world: World
) -> None:
    own = _of_priyas_work(world, threads=Judgement.INADEQUATE)
    other = world.recorded_audit(worker="E9999")
    web.sign_in(world.priya)
    page = web.get("/my-work/")
    assert [row[0] for row in page.tables[0][1:]] == [own.reference]
    assert "Good" in page.tables[0][1][2]
    assert "Not written" in page.tables[0][1][4]
    web.get(f"/my-work/{other.reference}/reflection", status=404)


def test_a_worker_without_a_staff_id_is_told_why_there_is_nothing(
    web: PageClient, world: World
) -> None:
    _of_priyas_work(world)
    world.priya.staff_id = None
    db.session.commit()
    web.sign_in(world.priya)
    assert "staff ID is not recorded" in web.get("/my-work/").text


def test_what_is_saved_is_its_writers_alone(web: PageClient, world: World) -> None:
    audit = _of_priyas_work(world)
    web.sign_in(world.priya)
    page = web.get(f"/audits/{audit.reference}")
    page = web.get(page.links()["Write your reflection"])
    page = web.send(page, "Save", text=WORDS)
    assert page.fields("Save")["text"] == WORDS
    assert "Only you can see it" in web.get(f"/audits/{audit.reference}").text
    for reader in (world.alice, world.mallory, world.bob, world.carol):
        web.sign_out()
        web.sign_in(reader)
        text = web.get(f"/audits/{audit.reference}").text
        assert "reflection" not in text.lower()
        assert WORDS not in text
    web.sign_out()
    web.sign_in(world.alice)
    assert "No reflections wait" in web.get("/my-work/to-acknowledge").text
    web.get(f"/my-work/{audit.reference}/acknowledge", status=404)


def test_a_reflection_is_shared_once_it_was_read_again(web: PageClient, world: World) -> None:
    audit = _of_priyas_work(world)
    web.sign_in(world.priya)
    page = web.get(f"/my-work/{audit.reference}/reflection")
    page = web.send(page, "Save, then share it", text=WORDS)
    assert page.h1 == "Share your reflection"
    assert WORDS in page.text
    assert _stored(audit).shared_at is None
    page = web.send(page, "Share it")
    assert page.path == f"/audits/{audit.reference}"
    assert WORDS in page.text
    assert _stored(audit).shared_at is not None
    verbs = db.session.scalars(
        select(HistoryEvent.verb)
        .where(HistoryEvent.record_type == "reflection")
        .order_by(HistoryEvent.id)
    ).all()
    assert list(verbs) == ["saved", "shared"]


def test_sharing_twice_shares_once(web: PageClient, world: World) -> None:
    audit = _of_priyas_work(world)
    _written(audit, world)
    web.sign_in(world.priya)
    page = web.get(f"/my-work/{audit.reference}/share")
    web.send(page, "Share it")
    first = _stored(audit).shared_at
    assert web.send(page, "Share it").path == f"/audits/{audit.reference}"
    assert _stored(audit).shared_at == first


def test_nothing_written_is_not_shared(web: PageClient, world: World) -> None:
    audit = _of_priyas_work(world)
    web.sign_in(world.priya)
    assert web.get(f"/my-work/{audit.reference}/share").h1 == "Your reflection"
    page = web.get(f"/my-work/{audit.reference}/reflection")
    data = {"csrf_token": page.csrf, "version": "0"}
    page = web.post(f"/my-work/{audit.reference}/share", data)
    assert "Write your reflection before you share it" in page.text
    page = web.send(page, "Save, then share it", text="  ")
    assert page.h1 == "Your reflection"
    assert _stored(audit).shared_at is None


def test_what_was_saved_after_the_page_was_opened_is_not_shared_unread(
    web: PageClient, world: World
) -> None:
    audit = _of_priyas_work(world)
    _written(audit, world)
    web.sign_in(world.priya)
    sharing = web.get(f"/my-work/{audit.reference}/share")
    writing = web.get(f"/my-work/{audit.reference}/reflection")
    web.send(writing, "Save", text="Other words.")
    page = web.send(sharing, "Share it")
    assert page.h1 == "Share your reflection"
    assert "saved again after you opened this page" in page.text
    assert "Other words." in page.text
    assert _stored(audit).shared_at is None


@pytest.mark.parametrize("saved_before", [False, True])
def test_two_tabs_show_both_texts_and_lose_neither(
    web: PageClient, world: World, saved_before: bool
) -> None:
    audit = _of_priyas_work(world)
    if saved_before:
        _written(audit, world)
    web.sign_in(world.priya)
    first = web.get(f"/my-work/{audit.reference}/reflection")
    second = web.get(f"/my-work/{audit.reference}/reflection")
    web.send(first, "Save", text="Typed first.")
    page = web.send(second, "Save", status=409, text="Typed second.")
    assert "saved somewhere else" in page.errors[0]
    assert page.fields()["text"] == "Typed second."
    assert "Saved now Typed first." in page.text
    assert _stored(audit).text == "Typed first."
    web.send(page, "Save", text="Both together.")
    assert _stored(audit).text == "Both together."


def test_saving_the_same_text_from_two_tabs_is_no_conflict(web: PageClient, world: World) -> None:
    audit = _of_priyas_work(world)
    web.sign_in(world.priya)
    first = web.get(f"/my-work/{audit.reference}/reflection")
    second = web.get(f"/my-work/{audit.reference}/reflection")
    for page in (first, second):
        web.send(page, "Save", text=WORDS)
    assert _stored(audit).text == WORDS


def test_what_was_shared_is_not_changed_and_nothing_typed_since_is_thrown_away(
    web: PageClient, world: World
) -> None:
    audit = _of_priyas_work(world)
    _written(audit, world)
    web.sign_in(world.priya)
    tab = web.get(f"/my-work/{audit.reference}/reflection")
    web.send(web.get(f"/my-work/{audit.reference}/share"), "Share it")
    page = web.send(tab, "Save", status=409, text="A second thought.")
    assert "You have shared this reflection" in page.errors[0]
    assert "A second thought." in page.text
    assert WORDS in page.text
    assert _stored(audit).text == WORDS
    assert web.get(f"/my-work/{audit.reference}/reflection").path == f"/audits/{audit.reference}"


def test_what_is_typed_is_kept_before_it_is_saved(web: PageClient, world: World) -> None:
    audit = _of_priyas_work(world)
    web.sign_in(world.priya)
    page = web.get(f"/my-work/{audit.reference}/reflection")
    typed = page.fields() | {"text": "Half a thou", "then": "autosave"}
    assert web.request("POST", page.path, typed).status_code == 200
    assert db.session.scalar(select(Reflection)) is None
    page = web.get(f"/my-work/{audit.reference}/reflection")
    assert page.fields()["text"] == "Half a thou"
    web.send(page, "Save", text="Half a thought.")
    assert _stored(audit).text == "Half a thought."


def test_text_that_comes_back_stands_beside_what_was_saved(web: PageClient, world: World) -> None:
    audit = _of_priyas_work(world)
    _written(audit, world)
    web.sign_in(world.priya)
    page = web.get(f"/my-work/{audit.reference}/reflection")
    web.request("POST", page.path, page.fields() | {"text": "Typed later", "then": "autosave"})
    page = web.get(f"/my-work/{audit.reference}/reflection")
    assert page.fields()["text"] == "Typed later"
    assert f"Saved now {WORDS}" in page.text


def test_personal_data_in_a_reflection_is_pointed_out_and_the_text_kept(
    web: PageClient, world: World
) -> None:
    audit = _of_priyas_work(world)
    web.sign_in(world.priya)
    page = web.get(f"/my-work/{audit.reference}/reflection")
    page = web.send(page, "Save", status=400, text="I rang 07700 900123 too late.")
    assert "phone" in page.errors[0]
    assert page.fields()["text"] == "I rang 07700 900123 too late."
    assert db.session.scalar(select(Reflection)) is None


def test_the_line_manager_acknowledges_in_words(web: PageClient, world: World) -> None:
    audit = _of_priyas_work(world)
    _written(audit, world, shared=True)
    web.sign_in(world.alice)
    page = web.get("/my-work/to-acknowledge")
    assert page.tables[0][1][2] == "Priya"
    page = web.get(page.links()[audit.reference])
    assert WORDS in page.text
    page = web.send(page, "Acknowledge", acknowledgement="Thank you. We will plan it together.")
    assert "Acknowledged by Alice" in page.text
    assert "We will plan it together." in page.text
    assert "No reflections wait" in web.get("/my-work/to-acknowledge").text
    web.sign_out()
    web.sign_in(world.priya)
    assert "We will plan it together." in web.get(f"/audits/{audit.reference}").text
    assert "Acknowledged" in web.get("/my-work/").tables[0][1][4]


def test_a_reflection_is_acknowledged_without_words_and_once(web: PageClient, world: World) -> None:
    audit = _of_priyas_work(world)
    _written(audit, world, shared=True)
    web.sign_in(world.alice)
    page = web.get(f"/my-work/{audit.reference}/acknowledge")
    for _ in range(2):
        assert web.send(page, "Acknowledge").path == f"/audits/{audit.reference}"
    stored = _stored(audit)
    assert (stored.acknowledged_by_id, stored.acknowledgement) == (world.alice.id, None)
    seen = web.get(f"/my-work/{audit.reference}/acknowledge")
    assert "Read, with no words added" in seen.text


def test_two_managers_leave_one_acknowledgement_and_lose_no_words(
    app: Flask, web: PageClient, world: World
) -> None:
    other = _another_manager(world.north)
    audit = _of_priyas_work(world)
    _written(audit, world, shared=True)
    web.sign_in(world.alice)
    page = web.get(f"/my-work/{audit.reference}/acknowledge")
    second = PageClient(app)
    second.sign_in(other)
    second.send(
        second.get(f"/my-work/{audit.reference}/acknowledge"), "Acknowledge", acknowledgement="Mo."
    )
    page = web.send(page, "Acknowledge", status=409, acknowledgement="My own words.")
    assert "Somebody else acknowledged" in page.errors[0]
    assert page.fields()["acknowledgement"] == "My own words."
    assert _stored(audit).acknowledgement == "Mo."


def test_nobody_acknowledges_their_own_work(web: PageClient, world: World) -> None:
    world.priya.grants.append(RoleGrant(role=Role.TEAM_MANAGER, team_id=world.north.id))
    audit = _of_priyas_work(world)
    _written(audit, world, shared=True)
    web.sign_in(world.priya)
    assert "No reflections wait" in web.get("/my-work/to-acknowledge").text
    page = web.get(f"/my-work/{audit.reference}/acknowledge", status=403)
    assert "you are the" in page.text
    assert "Acknowledge it" not in web.get(f"/audits/{audit.reference}").links()


@pytest.mark.parametrize(
    ("who", "status"),
    [("mallory", 403), ("bob", 403), ("carol", 403), ("dan", 403), ("priya", 403), ("adam", 403)],
)
def test_only_the_line_manager_acknowledges(
    web: PageClient, world: World, who: str, status: int
) -> None:
    audit = _of_priyas_work(world)
    _written(audit, world, shared=True)
    web.sign_in(getattr(world, who))
    token = web.get("/").csrf
    address = f"/my-work/{audit.reference}/acknowledge"
    assert web.request("GET", address).status_code == status
    assert web.request("POST", address, {"csrf_token": token}).status_code == status
    assert _stored(audit).acknowledged_at is None


@pytest.mark.parametrize("verb", ["reflection", "share"])
def test_only_the_worker_writes_and_shares(web: PageClient, world: World, verb: str) -> None:
    audit = _of_priyas_work(world)
    colleague = make_user("pavel", Role.PRACTITIONER, None, "E1060")
    db.session.commit()
    for who, status in ((colleague, 404), (world.alice, 403), (world.mallory, 403)):
        web.sign_out()
        web.sign_in(who)
        data = {"csrf_token": web.get("/").csrf, "version": "0", "text": "Not mine to say."}
        address = f"/my-work/{audit.reference}/{verb}"
        assert web.request("GET", address).status_code == status
        assert web.request("POST", address, data).status_code == status
    assert db.session.scalar(select(Reflection)) is None


def test_a_shared_reflection_is_read_by_readers_of_the_audit_and_nobody_else(
    web: PageClient, world: World
) -> None:
    audit = _of_priyas_work(world)
    _written(audit, world, shared=True)
    for reader in (world.alice, world.mallory, world.bob, world.carol):
        web.sign_in(reader)
        assert WORDS in web.get(f"/audits/{audit.reference}").text
        web.sign_out()
    for stranger, status in ((world.dan, 403), (world.adam, 403)):
        web.sign_in(stranger)
        assert WORDS not in web.get(f"/audits/{audit.reference}", status=status).text
        web.sign_out()


def test_whoever_may_still_judge_blind_sees_no_reflection(web: PageClient, world: World) -> None:
    audit = _of_priyas_work(world)
    audit.blind = True
    world.alice.grants.append(RoleGrant(role=Role.MODERATOR))
    _written(audit, world, shared=True)
    for reader in (world.bob, world.alice):
        web.sign_out()
        web.sign_in(reader)
        assert WORDS not in web.get(f"/audits/{audit.reference}").html.get_text(" ")
    assert "No reflections wait" in web.get("/my-work/to-acknowledge").text
    web.get(f"/my-work/{audit.reference}/acknowledge", status=404)
    audit.state = AuditState.ACCEPTED
    db.session.commit()
    assert WORDS in web.get(f"/audits/{audit.reference}").text
    assert audit.reference in web.get("/my-work/to-acknowledge").links()


def test_home_says_how_many_audits_wait_for_a_reflection_and_reflections_for_a_manager(
    web: PageClient, world: World
) -> None:
    audit = _of_priyas_work(world, on=now().date())
    web.sign_in(world.priya)
    assert "Audits of your work to reflect on 1" in web.get("/").text
    _written(audit, world, shared=True)
    assert "Audits of your work to reflect on 0" in web.get("/").text
    web.sign_out()
    web.sign_in(world.alice)
    assert "Reflections to acknowledge 1" in web.get("/").text
