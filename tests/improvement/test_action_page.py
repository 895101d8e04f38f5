"""The page of one action and its forms, as each person meets them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.improvement import changes
from audit_app.models import Action, ActionEntry, HistoryEvent, RoleGrant, User
from audit_app.rules.action_steps import ActionState
from audit_app.rules.actions import Difference
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from tests.browser_page import Page, PageClient
from tests.improvement.lives import EVIDENCE, IN_A_MONTH, action_of, live_action, themed
from tests.people import World, make_user
from tests.statements import statements

# The pages are the same on every database.
pytestmark = pytest.mark.sqlite_only

DONE: dict[str, Any] = {"evidence": EVIDENCE, "difference": "yes", "how_known": "He says so."}
VERBS = ("note", "extend", "assign", "close", "answer", "verify", "join", "separate", "reopen")


def address(action: Action, verb: str = "") -> str:
    return f"/improvement/actions/{action.reference}{'/' + verb if verb else ''}"


def on(field: str, day: date) -> dict[str, Any]:
    parts = {"day": day.day, "month": day.month, "year": day.year}
    return {f"{field}-{part}": str(number) for part, number in parts.items()}


def entries(action: Action) -> list[str]:
    db.session.expire_all()
    return [str(each.event) for each in action.entries]


def sign_in(web: PageClient, user: User) -> None:
    web.sign_out()
    web.sign_in(user)


def close(web: PageClient, action: Action, **typed: Any) -> Page:
    return web.send(web.get(address(action, "close")), "Save", **(DONE | typed))


def test_its_owner_closes_it_with_evidence_and_what_difference_it_made(
    web: PageClient, world: World
) -> None:
    action = live_action(world)
    sign_in(web, world.mallory)
    page = web.get(address(action))
    form = web.get(page.links()["Record that it is done"])
    done = web.send(form, "Save", **(DONE | {"difference": "partly"}))
    assert done.path == address(action)
    assert "Mallory recorded that it is done." in done.text
    assert "Did it make a difference for the child? Mallory: partly." in done.text
    db.session.refresh(action)
    assert action.state is ActionState.CLOSED
    events = db.session.query(HistoryEvent).filter_by(record_type="action", verb="closed")
    assert [each.record_reference for each in events] == [action.reference]


@pytest.mark.parametrize(
    ("left_out", "problem"),
    [
        ({"evidence": " "}, "Say what was done, and where the evidence is"),
        ({"difference": ""}, "Select whether it made a difference for the child"),
        ({"difference": "maybe"}, "Choose one of the answers listed"),
        ({"how_known": ""}, "Say how you know"),
        ({"difference": "too_early"}, "Enter when you will look again"),
        (
            {"difference": "too_early", **on("look_again_on", date.today())},
            "The date to look again must be after today",
        ),
    ],
)
def test_nothing_is_closed_with_an_answer_missing_and_nothing_typed_is_lost(
    web: PageClient, world: World, left_out: dict[str, str], problem: str
) -> None:
    action = live_action(world)
    sign_in(web, world.mallory)
    form = web.get(address(action, "close"))
    page = web.send(form, "Save", status=400, **(DONE | left_out))
    assert page.errors == [problem]
    kept = page.fields("Save")
    assert kept["evidence"] == (DONE | left_out)["evidence"]
    assert entries(action) == ["opened"]


def test_a_date_hidden_by_another_answer_stands_in_nobodys_way(
    web: PageClient, world: World
) -> None:
    action = live_action(world)
    sign_in(web, world.mallory)
    close(web, action, **{"look_again_on-day": "99"})
    assert entries(action) == ["opened", "closed", "answered"]


def test_too_early_is_answered_when_its_day_has_come(web: PageClient, world: World) -> None:
    action = live_action(world)
    sign_in(web, world.mallory)
    page = close(
        web, action, difference="too_early", how_known="", **on("look_again_on", IN_A_MONTH)
    )
    form = web.get(page.links()["Say whether it made a difference"])
    answered = web.send(form, "Save", difference="yes", how_known="He says so.")
    assert "Say whether it made a difference" not in answered.links()
    web.get(address(action, "answer"), 403)


def test_where_it_made_none_the_page_asks_what_now_and_another_is_raised(
    web: PageClient, world: World
) -> None:
    action = live_action(world)
    sign_in(web, world.mallory)
    page = close(web, action, difference="no")
    assert "It made no difference for the child. What now?" in page.text
    form = web.get(page.links()["Raise another action"])
    raised = web.send(
        form,
        "Raise the action",
        what="Ask him where he wants to be seen.",
        **on("due_on", IN_A_MONTH),
    )
    another = db.session.query(Action).filter(Action.id != action.id).one()
    assert raised.path == address(another)
    assert (another.state, another.source, another.live) == ("open", "action", True)
    assert (another.audit_id, another.team_id) == (action.audit_id, world.south.id)
    assert entries(action)[-1] == "followed"
    page = web.get(address(action))
    assert f"Mallory raised action {another.reference}" in page.text
    assert "What now?" not in page.text


def test_more_time_needs_a_later_day_and_a_reason(web: PageClient, world: World) -> None:
    action = live_action(world)
    first = action.due_on
    sign_in(web, world.mallory)
    form = web.get(address(action, "extend"))
    page = web.send(form, "Give it longer", status=400, **on("due_on", first))
    assert len(page.errors) == 2
    page = web.send(
        page, "Give it longer", reason="The school is shut.", **on("due_on", IN_A_MONTH)
    )
    assert "given longer once" in page.text
    db.session.refresh(action)
    assert (action.first_due_on, action.due_on) == (first, IN_A_MONTH)


def test_its_manager_gives_it_to_somebody_of_the_team(web: PageClient, world: World) -> None:
    action = live_action(world)
    sign_in(web, world.mallory)
    form = web.get(address(action, "assign"))
    web.send(form, "Save the owner", status=400, person=str(world.dan.id))
    page = web.send(form, "Save the owner", person=str(world.priya.id))
    assert "Mallory gave it to Priya." in page.text
    sign_in(web, world.priya)
    assert "Record that it is done" in web.get(address(action)).links()


def test_an_inadequates_is_verified_or_sent_back_by_somebody_else(
    web: PageClient, world: World
) -> None:
    action = live_action(world, Judgement.INADEQUATE)
    sign_in(web, world.mallory)
    page = close(web, action)
    assert "Done, waiting to be verified" in page.text
    assert "Verify it, or send it back" not in page.links()
    web.get(address(action, "verify"), 403)
    sign_in(web, world.hester)
    form = web.get(web.get(address(action)).links()["Verify it, or send it back"])
    page = web.send(form, "Save", holds="no", looked_at="There is no such note.")
    assert "Hester found that it was not done as recorded" in page.text
    sign_in(web, world.mallory)
    close(web, action)
    sign_in(web, world.hester)
    page = web.send(web.get(address(action, "verify")), "Save", holds="yes", looked_at="Read it.")
    assert "Hester verified that it was done." in page.text
    db.session.refresh(action)
    assert action.state is ActionState.CLOSED


def test_a_likely_duplicate_is_pointed_out_and_joined(web: PageClient, world: World) -> None:
    audit = world.recorded_audit()
    first = action_of(audit, world.alice, "See him alone this week.", owner_user=world.mallory)
    second = action_of(audit, world.alice, "This week see him alone", owner_user=world.mallory)
    assert second.like is first
    sign_in(web, world.mallory)
    page = web.get(address(second))
    assert "Possibly a duplicate" in page.text
    form = web.get(page.links()["Join them"])
    assert "due when the earlier of the two is" in form.text
    refused = web.send(form, "Join them", 400, to=str(first.id), reason="")
    assert "Say why they are the same" in refused.text
    page = web.send(refused, "Join them", to=str(first.id), reason="Both ask to see him alone.")
    assert "Both ask to see him alone." in page.text
    assert f"Mallory joined it to action {first.reference}" in page.text
    form = web.get(page.links()["Follow it on its own again"])
    page = web.send(form, "Follow it on its own", reason="They differ.")
    assert "Record that it is done" in page.links()


def test_a_likely_duplicate_that_is_none_is_said_once(web: PageClient, world: World) -> None:
    audit = world.recorded_audit()
    action_of(audit, world.alice, "See him alone.", owner_user=world.mallory)
    second = action_of(audit, world.alice, "See him alone!", owner_user=world.mallory)
    sign_in(web, world.mallory)
    page = web.get(address(second))
    after = [web.send(page, "They are not the same") for _ in range(2)]
    assert all("Possibly a duplicate" not in each.text for each in after)
    assert entries(second) == ["opened", "note"]


# Whose it is


def test_a_stranger_is_told_that_there_is_no_such_action(web: PageClient, world: World) -> None:
    north = action_of(world.recorded_audit(team=world.north), world.alice, owner_user=world.alice)
    of_no_child = themed(world, world.carol, team_id=world.north.id, owner_user=world.alice)
    sign_in(web, world.mallory)
    for action in (north, of_no_child):
        web.get(address(action), 404)
        for verb in VERBS:
            web.get(address(action, verb), 404)
            assert web.request("POST", address(action, verb)).status_code in (303, 400, 404)
        assert entries(action) == ["opened"]


@pytest.mark.parametrize("who", ["dan", "adam"])
def test_the_dcs_office_and_administrators_read_no_action(
    web: PageClient, world: World, who: str
) -> None:
    action = live_action(world)
    sign_in(web, getattr(world, who))
    for verb in ("", *VERBS):
        web.get(address(action, verb), 403)


@pytest.mark.parametrize("who", ["bob", "priya", "alice"])
def test_a_reader_who_does_not_answer_for_it_adds_notes_only(
    web: PageClient, world: World, who: str
) -> None:
    action = live_action(world)
    sign_in(web, getattr(world, who))
    page = web.get(address(action))
    offered = {words for words, to in page.links().items() if to.startswith(address(action))}
    assert offered == {"Add a note"}
    note = web.get(address(action, "note"))
    for verb in set(VERBS) - {"note"}:
        web.get(address(action, verb), 403)
        sent = note.fields() | DONE | {"reason": "Because.", "person": str(world.priya.id)}
        assert web.request("POST", address(action, verb), sent).status_code in (400, 403, 409)
    assert entries(action) == ["opened"]
    web.send(note, "Add the note", note="The school rang.")
    assert entries(action) == ["opened", "note"]


def test_an_action_is_nobodys_to_read_before_its_audit_is_submitted(
    web: PageClient, world: World
) -> None:
    action = live_action(world)
    draft = Action(
        audit=action.audit,
        what="Later.",
        due_on=IN_A_MONTH,
        priority="low",
        owner_user=world.mallory,
    )
    db.session.add(draft)
    db.session.commit()
    sign_in(web, world.mallory)
    web.get(address(draft), 404)


# Twice, late, and after the session ended


def test_a_form_sent_twice_is_acted_on_once(web: PageClient, world: World) -> None:
    action = live_action(world)
    sign_in(web, world.mallory)
    form = web.get(address(action, "close"))
    pages = [web.send(form, "Save", **DONE) for _ in range(2)]
    assert {each.path for each in pages} == {address(action)}
    assert entries(action) == ["opened", "closed", "answered"]


def test_what_somebody_else_did_meanwhile_is_shown_and_the_text_kept(
    web: PageClient, world: World
) -> None:
    action = live_action(world)
    sign_in(web, world.mallory)
    form = web.get(address(action, "close"))
    sign_in(web, world.hester)
    close(web, action)
    sign_in(web, world.mallory)
    again = web.get(address(action, "note"))
    sent = form.fields("Save") | DONE | {"csrf_token": again.csrf, "evidence": "Mine."}
    page = web.post(address(action, "close"), sent, 409)
    assert page.errors[0].startswith("Somebody else acted on this action")
    assert page.fields("Save")["evidence"] == "Mine."
    assert "Hester recorded that it is done." in page.text
    assert entries(action) == ["opened", "closed", "answered"]


def test_what_was_typed_when_the_session_ended_comes_back(web: PageClient, world: World) -> None:
    action = live_action(world)
    sign_in(web, world.mallory)
    form = web.get(address(action, "close"))
    web.sign_out()
    asked = web.send(form, "Save", **DONE)
    page = web.sign_in_here(asked, world.mallory)
    assert page.path == address(action, "close")
    assert page.fields("Save")["evidence"] == EVIDENCE
    web.send(page, "Save")
    assert entries(action) == ["opened", "closed", "answered"]


def test_personal_data_is_pointed_out_and_stays_with_a_reason_only(
    web: PageClient, world: World
) -> None:
    action = live_action(world)
    sign_in(web, world.mallory)
    form = web.get(address(action, "note"))
    page = web.send(form, "Add the note", status=400, note="Ring 0161 496 0123.")
    assert len(page.errors) == 1
    assert entries(action) == ["opened"]
    reason = {"note__kept_because": "It is the school’s."}
    web.post(page.path, page.fields("Add the note") | reason)
    assert entries(action) == ["opened", "note"]


# What a blind moderator must not learn


def blind(world: World, judgement: Judgement) -> Action:
    """An action of an audit that waits blind, of a case of its own."""
    audit = world.recorded_audit(judgement, case=f"7{len(judgement):06}")
    audit.blind = True
    return action_of(audit, world.alice, owner_user=world.mallory)


def without_names(page: Page, action: Action) -> str:
    """The page’s words but for those that name the records, and the minute things were said."""
    text = re.sub(r"\b\d{1,2}:\d\d[ap]m\b", "", page.text)
    for name in (action.reference, action.audit.reference, action.audit.case_reference):
        text = text.replace(name, "")
    return text


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("back", [False, True])
def test_a_blind_moderator_is_sent_the_same_whatever_was_judged(
    web: PageClient, world: World, done: bool, back: bool
) -> None:
    pages = []
    for judgement in (Judgement.GOOD, Judgement.INADEQUATE):
        action = blind(world, judgement)
        if done:
            sign_in(web, world.mallory)
            close(web, action)
        if done and back:
            sign_in(web, world.hester)
            how, typed = "reopen", dict[str, Any](reason="No such note.")
            if judgement is Judgement.INADEQUATE:
                how, typed = ("verify", {"holds": "no", "looked_at": "No such note."})
            form = web.get(address(action, how))
            web.send(form, "Save" if how == "verify" else "Open it again", **typed)
        sign_in(web, world.bob)
        page = web.get(address(action))
        for verb in set(VERBS) - {"note"}:
            web.get(address(action, verb), 403)
        pages.append((without_names(page, action), len(page.links())))
        assert "nadequate" not in page.text
        assert "erif" not in page.text
        audit = web.get(f"/audits/{action.audit.reference}")
        assert "nadequate" not in audit.text
        assert "verified" not in audit.text
    assert pages[0] == pages[1]


def test_whoever_may_know_is_told_all_along(web: PageClient, world: World) -> None:
    action = blind(world, Judgement.INADEQUATE)
    sign_in(web, world.mallory)
    close(web, action)
    for user in (world.mallory, world.carol, world.alice):
        sign_in(web, user)
        assert "Done, waiting to be verified" in web.get(address(action)).text


def test_nobody_is_shown_an_entry_of_another_action(web: PageClient, world: World) -> None:
    action, other = live_action(world), live_action(world)
    sign_in(web, world.mallory)
    form = web.get(address(other, "note"))
    web.send(form, "Add the note", note="Only of the other.")
    assert "Only of the other." not in web.get(address(action)).text
    assert db.session.query(ActionEntry).count() == 3


def test_an_overdue_action_says_by_how_much(web: PageClient, world: World) -> None:
    action = live_action(world, due_on=date.today() - timedelta(days=1))
    sign_in(web, world.mallory)
    assert "Overdue by 1 day" in web.get(address(action)).text


@pytest.mark.parametrize("judgement", [Judgement.GOOD, Judgement.INADEQUATE])
def test_who_may_still_judge_it_blind_is_asked_for_no_other_action_however_it_was_judged(
    web: PageClient, world: World, judgement: Judgement
) -> None:
    world.bob.grants.append(RoleGrant(role=Role.TEAM_MANAGER, team_id=world.south.id))
    action = live_action(world, judgement)
    action.audit.blind = True
    known = (Difference.NO, "He says so.", None, None)
    changes.close(world.mallory, action, EVIDENCE, *known)
    db.session.commit()
    sign_in(web, world.bob)
    assert "What now?" not in web.get(address(action)).text
    web.get(address(action, "another"), status=403)


@pytest.mark.parametrize("closed", [False, True])
def test_an_owner_who_may_not_read_the_audit_is_not_told_how_it_was_judged(
    web: PageClient, world: World, closed: bool
) -> None:
    pat = make_user("pat", Role.PRACTITIONER, world.south, "E7777")
    action = live_action(world, Judgement.INADEQUATE, owner=pat)
    pages = [address(action), address(action, "close")]
    if closed:
        changes.close(pat, action, EVIDENCE, Difference.YES, "He says so.", None, None)
        pages.pop()
    db.session.commit()
    sign_in(web, pat)
    for page in pages:
        told = web.get(page).text
        assert "Somebody else must verify this one." in told
        assert "Inadequate" not in told
    sign_in(web, world.mallory)
    told = web.get(address(action)).text
    assert closed or "It came out of what was judged Inadequate" in told


def test_looking_again_needs_a_reason_to_be_put_off_and_says_how_often_it_was(
    web: PageClient, world: World
) -> None:
    action = live_action(world)
    sign_in(web, world.mallory)
    close(web, action, difference="too_early", how_known="", **on("look_again_on", IN_A_MONTH))
    early = {"difference": "too_early", **on("look_again_on", IN_A_MONTH)}
    form = web.get(address(action, "answer"))
    refused = web.send(form, "Save", 400, **(early | {"how_known": ""}))
    assert "Say why it is still too early" in refused.text
    late = early | on("look_again_on", date.today() + timedelta(days=200))
    refused = web.send(refused, "Save", 400, **(late | {"how_known": "He is away."}))
    assert "The date to look again must be" in refused.text
    page = web.send(refused, "Save", **(early | {"how_known": "He is away."}))
    assert "Looked at again and put off once" in page.text
    assert "He is away." in page.text


@pytest.mark.sqlite_only
def test_the_page_to_join_actions_asks_the_same_few_queries_however_many_there_are(
    web: PageClient, world: World
) -> None:
    sign_in(web, world.carol)
    counts = []
    for many in (3, 20):
        for number in range(many):
            themed(world, world.carol, what=f"{many} {number * 7919} chronologies to be written")
        first = db.session.scalars(select(Action).order_by(Action.id).limit(1)).one()
        with statements() as said:
            offered = web.get(address(first, "join")).text
        assert f"{many} {7919} chronologies" in offered
        counts.append(len(said))
    assert counts[0] == counts[1]
