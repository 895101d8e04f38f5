"""A section saved while somebody types: nothing lost, nothing overwritten, nothing told twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from time_machine import travel

from audit_app.extensions import db
from audit_app.models import Audit, HistoryEvent, KeptForm, SavedSection
from audit_app.models.base import now
from audit_app.rules.audit_steps import AuditState
from tests.audits import lives
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.recording import record_everything, start_audit
from tests.web.typing import autosave


@pytest.fixture
def thread(web: PageClient, world: World) -> Page:
    """The page of a thread of Alice's new draft."""
    web.sign_in(world.alice)
    return web.get(start_audit(web, world).links()["Impact chronology"])


@pytest.fixture
def case(web: PageClient, world: World) -> Page:
    web.sign_in(world.alice)
    return web.get(start_audit(web, world).links()["Case and people"])


def _stored(key: str = "thread-chronology") -> SavedSection:
    db.session.rollback()
    return db.session.scalars(select(SavedSection).where(SavedSection.section == key)).one()


def _audit() -> Audit:
    db.session.rollback()
    return db.session.scalars(select(Audit)).one()


def _evidence() -> str | None:
    return next(f.evidence for f in _audit().findings if f.thread.code == "chronology")


def _events(verb: str) -> int:
    db.session.rollback()
    wanted = select(func.count()).select_from(HistoryEvent).where(HistoryEvent.verb == verb)
    return db.session.scalar(wanted) or 0


def test_what_is_typed_is_in_the_draft_and_the_page_is_told_when(
    web: PageClient, thread: Page
) -> None:
    told = autosave(web, thread, evidence="He told her abo").get_json()
    assert _evidence() == "He told her abo"
    assert told["said"].startswith("Saved at ")
    assert told["version"] == 1
    assert told["sections"]["thread-chronology"] == "In progress"


def test_a_section_left_as_it_was_is_not_a_new_version(web: PageClient, thread: Page) -> None:
    autosave(web, thread, 1, evidence="Seen.")
    again = autosave(web, thread, 2, version="1", evidence="Seen.")
    assert again.get_json()["version"] == 1
    web.send(web.get(thread.path), "Save and come back later")
    assert _stored().version == 1


def test_an_answer_lost_on_its_way_is_no_conflict(web: PageClient, thread: Page) -> None:
    autosave(web, thread, 1, evidence="He told")
    told = autosave(web, thread, 2, evidence="He told her.")
    assert told.status_code == 200
    assert told.get_json()["version"] == 2
    assert _evidence() == "He told her."


def test_what_arrives_late_undoes_nothing(web: PageClient, thread: Page) -> None:
    autosave(web, thread, 2, evidence="He told her.")
    late = autosave(web, thread, 1, evidence="He told")
    assert late.status_code == 200
    assert _evidence() == "He told her."


def test_pressing_the_button_after_an_answer_was_lost_is_no_conflict(
    web: PageClient, thread: Page
) -> None:
    autosave(web, thread, 1, evidence="He told")
    web.send(thread, "Save and come back later", evidence="He told her.", sending="2")
    assert _evidence() == "He told her."


def test_going_back_to_what_was_sent_without_a_script_still_shows_both_texts(
    web: PageClient, thread: Page
) -> None:
    web.send(thread, "Save and come back later", evidence="First.")
    clash = web.send(thread, "Save and come back later", status=409, evidence="Second.")
    assert clash.fields()["evidence"] == "Second."
    assert "First." in clash.text


def test_another_window_is_told_and_its_text_waits_for_its_writer(
    web: PageClient, thread: Page
) -> None:
    other = web.get(thread.path)
    autosave(web, other, evidence="From the other window.")
    refused = autosave(web, thread, evidence="From this one.")
    assert refused.status_code == 409
    assert refused.get_json()["show"] == "See both texts"
    assert _evidence() == "From the other window."
    both = web.get(thread.path)
    assert both.fields()["evidence"] == "From this one."
    assert "From the other window." in both.text


def test_while_two_texts_are_shown_typing_overwrites_neither(web: PageClient, thread: Page) -> None:
    autosave(web, web.get(thread.path), evidence="From the other window.")
    autosave(web, thread, 1, evidence="From this one.")
    both = web.get(thread.path)
    assert autosave(web, both, 2, evidence="From this one, longer.").status_code == 200
    assert _evidence() == "From the other window."
    again = web.get(thread.path)
    assert again.fields()["evidence"] == "From this one, longer."
    web.send(again, "Save and come back later", evidence="Both, put together.")
    assert _evidence() == "Both, put together."
    calm = web.get(thread.path)
    assert not calm.errors
    assert db.session.scalar(select(func.count()).select_from(KeptForm)) == 0


def test_text_older_than_what_was_saved_since_is_shown_beside_the_form_not_in_it(
    web: PageClient, thread: Page
) -> None:
    other = web.get(thread.path)
    autosave(web, other, 1, evidence="First.")
    autosave(web, thread, 1, evidence="Left in another window.")
    autosave(web, other, 2, version="1", evidence="First and second.")
    page = web.get(thread.path)
    assert page.fields()["evidence"] == "First and second."
    assert "You also typed, in another window" in page.text
    assert "Left in another window." in page.text
    web.send(page, "I do not need this text any more")
    assert "Left in another window." not in web.get(thread.path).text


def test_the_history_says_once_in_a_while_that_somebody_writes(
    web: PageClient, thread: Page
) -> None:
    for number in range(1, 4):
        autosave(web, thread, number, version=str(number - 1), evidence="word " * number)
    assert _events("saved thread-chronology") == 1
    web.send(web.get(thread.path), "Save and come back later")
    assert _events("saved thread-chronology") == 2


@pytest.mark.parametrize(("minutes", "events"), [(9, 1), (11, 2)])
def test_the_history_says_again_of_whoever_still_writes_ten_minutes_later(
    web: PageClient, world: World, thread: Page, minutes: int, events: int
) -> None:
    saved = "saved thread-chronology"
    with travel(now().timestamp(), tick=False):
        lives.happened(_audit(), world.alice, saved, now() - timedelta(minutes=minutes))
        db.session.commit()
        for number in range(1, 3):
            autosave(web, thread, number, version=str(number - 1), evidence="word " * number)
    assert _events(saved) == events


ACTION: dict[str, Any] = {
    "kind": "quality",
    "owner": "Team manager",
    "due_on__day": "1",
    "due_on__month": "12",
    "due_on__year": "2026",
    "priority": "high",
}
HALF: dict[str, Any] = {"child_age": "twelve", "audit_date__day": "5", "audit_date__month": "10"}


@pytest.mark.parametrize("by", ["itself", "button"])
def test_what_cannot_be_read_stays_in_its_box_with_what_is_wrong(
    web: PageClient, case: Page, by: str
) -> None:
    if by == "itself":
        assert autosave(web, case, worker_staff_id="E1234", **HALF).status_code == 200
    else:
        web.send(case, "Save and come back later", status=400, worker_staff_id="E1234", **HALF)
    page = web.get(case.path)
    assert page.errors == [
        "The child’s age must be a whole number of years from 0 to 25",
        "The date of the audit must include a year",
    ]
    fields = page.fields()
    assert (fields["child_age"], fields["worker_staff_id"]) == ("twelve", "E1234")
    assert (fields["audit_date-day"], fields["audit_date-month"]) == ("5", "10")
    web.send(page, "Save and come back later", child_age="12", audit_date__year="2026")
    assert _stored("case").unread is None
    assert not web.get(case.path).errors


def test_what_cannot_be_read_stands_in_the_way_of_submitting(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    case = web.get(check.path.replace("check", "section/case"))
    autosave(web, case, child_age="twelve")
    refused = web.send(check, "Submit the audit", status=400)
    words = "Child’s age in years: The child’s age must be a whole number of years from 0 to 25"
    assert words in refused.text
    assert db.session.scalars(select(Audit.state)).one() is AuditState.DRAFT


def test_a_day_that_may_not_be_is_named_as_its_field_is_and_not_called_unreadable(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    case = web.get(check.path.replace("check", "section/case"))
    autosave(web, case, period_to__year="2090")
    words = "Last day of the period looked at: The last day of the period looked at must be today"
    assert words in web.get(check.path).text


def test_words_too_many_to_keep_in_a_field_are_kept_all_the_same(
    web: PageClient, thread: Page
) -> None:
    long = "word " * 2500
    autosave(web, thread, evidence=long)
    page = web.get(thread.path)
    assert page.errors == ["Use 10,000 characters or fewer"]
    assert page.fields()["evidence"] == long


def test_an_action_typed_and_overtaken_opens_with_both_texts(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    new = web.get(start_audit(web, world).path + "/actions/new")
    listed = web.send(new, "Save the action", what="Hold the core group.", **ACTION)
    change = next(a for text, a in listed.links().items() if text.startswith("Change"))
    mine, other = web.get(change), web.get(change)
    autosave(web, mine, what="Hold both core groups.")
    web.send(other, "Save the action", what="Cancel the core group.")
    both = web.get(change)
    assert both.fields()["what"] == "Hold both core groups."
    assert "Cancel the core group." in both.text


def test_somebody_elses_draft_cannot_be_typed_into(
    web: PageClient, world: World, thread: Page
) -> None:
    web.sign_out()
    web.sign_in(world.mallory)
    token = {"csrf_token": web.get("/").csrf}
    sent = thread.fields() | token | {"then": "autosave", "evidence": "Mine now."}
    assert web.request("POST", thread.path, sent).status_code in (403, 404)
    assert _evidence() is None


def test_a_submitted_audit_takes_no_more_typing(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    thread = web.get(check.path.replace("check", "section/thread-chronology"))
    web.send(check, "Submit the audit")
    assert autosave(web, thread, evidence="Too late.").status_code == 403
    assert _evidence() == "Seen on the file."


def test_a_page_that_saves_by_itself_is_told_what_stands_beside_each_field(
    web: PageClient, thread: Page
) -> None:
    typed = "Ring her aunt on 07700 900123. Mrs Ann knows."
    told = autosave(web, thread, 1, evidence=typed).get_json()["beside"]["evidence"]
    assert told["found"].startswith("This looks like a phone number")
    assert told["names"].startswith("Is “Mrs Ann” a real name?")
    assert "900123" not in str(told)
    asked = told["reason"]
    sent = thread.fields() | {"evidence": typed, "then": "autosave", "sending": "2"}
    sent |= {asked["name"]: "It is printed.", asked["about"]: asked["digest"]}
    kept = web.request("POST", thread.path, sent).get_json()["beside"]["evidence"]
    assert kept["found"].endswith("Your reason is kept with it.")
    mended = autosave(web, thread, 3, evidence="Ring her aunt.").get_json()["beside"]
    assert mended["evidence"] == {}


def test_a_page_that_saves_by_itself_is_told_what_cannot_be_read(
    web: PageClient, case: Page
) -> None:
    told = autosave(web, case, **HALF).get_json()["beside"]
    assert told["audit_date"]["wrong"] == "The date of the audit must include a year"
    assert told["themes"] == {}
