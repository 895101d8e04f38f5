"""Personal data in what people write: pointed out, kept out or explained, and never logged."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from wtforms import StringField, TextAreaField

from audit_app.extensions import db
from audit_app.models import (
    Action,
    Alert,
    Audit,
    Finding,
    HistoryEvent,
    Moderation,
    PersonalDataReason,
    SavedSection,
)
from audit_app.rules.audit_steps import AuditState
from audit_app.web.forms import PageForm
from tests.alerts.alerts_to_try import draft
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.recording import record_everything, start_audit, thread_answers

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

NHS = "943 476 5919"
OTHER_NHS = "401 023 2137"
TEXT = f"Forty minutes of careful writing, and the number {NHS}."
WARNING = "This looks like an NHS number (943 ••• ••••). Remove it, or say why it must stay"
BOX = "evidence__kept_because"


def _voice(web: PageClient, world: World) -> Page:
    tasks = start_audit(web, world)
    return web.get(tasks.links()["Child’s voice and direct work"])


def _save(web: PageClient, page: Page, status: int = 200, /, **typed: Any) -> Page:
    """Press the section's first button; fields are given by their own names."""
    return web.post(page.action(), page.fields() | typed, status)


def _warned(web: PageClient, world: World) -> Page:
    page = _voice(web, world)
    return _save(web, page, 400, **(thread_answers("good") | {"evidence": TEXT}))


def _evidence() -> list[str]:
    return [each for each in db.session.scalars(select(Finding.evidence)) if each]


def _reasons() -> list[PersonalDataReason]:
    return list(db.session.scalars(select(PersonalDataReason).order_by(PersonalDataReason.id)))


def test_a_draft_saves_the_text_and_says_what_is_in_it(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    refused = _warned(web, world)
    assert refused.errors == [WARNING]
    assert refused.title.startswith("Error: ")
    assert refused.fields()["evidence"] == TEXT
    assert refused.fields()[BOX] == ""
    assert _evidence() == [TEXT]
    assert _reasons() == []


def test_coming_back_later_does_not_pass_it_over(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    page = _voice(web, world)
    refused = web.send(page, "Save and come back later", status=400, evidence=TEXT)
    assert refused.errors == [WARNING]
    assert _evidence() == [TEXT]


def test_a_draft_opened_again_still_says_so(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    reopened = web.get(_warned(web, world).path)
    assert reopened.errors == []
    assert WARNING in reopened.text
    message = reopened.html.find(class_="app-guard__message")
    assert message["id"] in reopened.html.find(id="evidence")["aria-describedby"].split()


def test_removing_it_is_enough(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    onward = _save(web, _warned(web, world), evidence="Seen on the file.")
    assert onward.h1 == "Analytical assessment"
    assert _reasons() == []


def test_a_reason_lets_it_stay_and_is_kept_with_its_giver(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    onward = _save(web, _warned(web, world), **{BOX: "It is the hospital’s own test number."})
    assert onward.h1 == "Analytical assessment"
    reason = _reasons()[0]
    audit = db.session.scalars(select(Audit)).one()
    assert (reason.record_type, reason.record_reference) == ("audit", audit.reference)
    assert reason.field == "thread-voice.evidence"
    assert reason.kinds == "nhs_number"
    assert reason.reason == "It is the hospital’s own test number."
    assert reason.by_id == world.alice.id
    assert NHS.replace(" ", "") not in reason.digest


def test_a_reason_is_kept_once_and_not_asked_for_again(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    refused = _warned(web, world)
    _save(web, refused, **{BOX: "A test number."})
    page = web.get(refused.path)
    assert page.fields()[BOX] == "A test number."
    again = _save(web, page, evidence=f"Shorter: {NHS.replace(' ', '-')}")
    assert again.h1 == "Analytical assessment"
    fields = page.fields() | {"evidence": f"Shorter: {NHS}"}
    fields.pop(BOX)
    fields.pop(BOX.replace("because", "for"))
    web.post(page.path, fields | {"version": web.get(page.path).fields()["version"]})
    assert len(_reasons()) == 1


def test_a_better_reason_takes_the_place_of_the_first(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    refused = _warned(web, world)
    _save(web, refused, **{BOX: "A test"})
    _save(web, web.get(refused.path), **{BOX: "A test number of the hospital."})
    assert [each.reason for each in _reasons()] == ["A test number of the hospital."]


def test_another_number_is_asked_about_again(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    refused = _warned(web, world)
    _save(web, refused, **{BOX: "A test number."})
    page = web.get(refused.path)
    asked = _save(web, page, 400, evidence=f"{NHS} and {OTHER_NHS}")
    assert asked.errors[0].startswith("This looks like an NHS number (943 ••• ••••) and")
    assert asked.fields()[BOX] == "A test number."
    assert len(_reasons()) == 1
    onward = _save(web, asked, **{BOX: "Both are test numbers."})
    assert onward.h1 == "Analytical assessment"
    assert len({each.digest for each in _reasons()}) == 2


def test_the_reason_must_hold_no_personal_data_itself(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    refused = _save(web, _warned(web, world), 400, **{BOX: "Sister lives at M14 5AB."})
    assert refused.errors == ["Say why it must stay without a postcode (M14 •••)"]
    link = refused.html.find(class_="govuk-error-summary").find("a")
    assert link["href"] == f"#{BOX}"
    assert refused.fields()[BOX] == "Sister lives at M14 5AB."
    assert _reasons() == []


def test_on_the_long_page_each_section_tells_its_own(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    page = _voice(web, world)
    answers = thread_answers("good") | {"evidence": TEXT, "back": "page"}
    refused = web.post(page.path, page.fields() | answers, 400)
    assert refused.errors == [WARNING]
    boxes = refused.html.find_all("textarea", attrs={"name": BOX})
    assert [box["id"] for box in boxes] == ["thread-voice-evidence__kept_because"]
    about = refused.html.find("input", attrs={"name": BOX.replace("because", "for")})
    reason = {BOX: f"Like {OTHER_NHS}", str(about["name"]): about["value"]}
    form = boxes[0].find_parent("form")
    version = form.find("input", attrs={"name": "version"})["value"]
    again = web.post(page.path, page.fields() | answers | reason | {"version": version}, 400)
    link = again.html.find(class_="govuk-error-summary").find("a")
    assert link["href"] == "#thread-voice-evidence__kept_because"


def test_what_saves_itself_is_warned_about_and_keeps_the_reason_as_typed(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    page = _voice(web, world)
    typing = {"then": "autosave", "evidence": TEXT}
    assert web.request("POST", page.path, page.fields() | typing).status_code == 200
    warned = web.get(page.path)
    assert WARNING in warned.text
    web.request("POST", page.path, warned.fields() | typing | {BOX: "It is a te"})
    assert [each.reason for each in _reasons()] == ["It is a te"]
    assert web.get(page.path).fields()[BOX] == "It is a te"


def test_a_reason_is_not_kept_for_a_text_that_was_not_saved(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    page = _voice(web, world)
    db.session.execute(
        update(SavedSection).where(SavedSection.section == "thread-voice").values(version=7)
    )
    db.session.commit()
    _save(web, page, 409, evidence=TEXT, **{BOX: "A test number."})
    assert _evidence() == []
    assert _reasons() == []


def test_an_audit_that_holds_it_cannot_be_submitted(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    section = web.get(check.path.replace("check", "section/thread-voice"))
    _save(web, section, 400, evidence=TEXT)
    check = web.get(check.path)
    assert WARNING in check.text
    web.send(check, "Submit the audit", status=400)
    assert db.session.scalars(select(Audit.state)).one() is AuditState.DRAFT
    assert "In progress" in web.get(check.path.removesuffix("/check")).text
    _save(web, web.get(section.path), **{BOX: "A test number."})
    done = web.send(web.get(check.path), "Submit the audit")
    assert done.h1.startswith("Audit submitted")


def test_in_a_sentence_others_may_quote_no_reason_will_do(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    address = check.path.replace("check", "section/overall")
    texts = {"rationale": TEXT, "good_practice_quote": f"Ask for {NHS}, as she did."}
    page = _save(web, web.get(address), 400, **texts)
    only_removing = "This looks like an NHS number (943 ••• ••••). Remove it"
    assert sorted(page.errors) == [only_removing, WARNING]
    assert page.html.find(id="good_practice_quote__kept_because") is None
    # What explains it in the rationale does not explain it in the quote.
    page = _save(web, page, 400, rationale__kept_because="A test number.")
    assert page.errors == [only_removing]
    check = web.get(check.path)
    assert only_removing in check.text
    assert WARNING not in check.text
    web.send(check, "Submit the audit", status=400)
    _save(web, web.get(address), good_practice_quote="Ask her.")
    assert web.send(web.get(check.path), "Submit the audit").h1.startswith("Audit submitted")


def test_an_action_is_refused_with_everything_kept(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    form = web.get(start_audit(web, world).path + "/actions/new")
    answers = {
        "what": "Ring the grandmother on 07700 900123.",
        "kind": "quality",
        "owner": "Team manager",
        "due_on-day": "1",
        "due_on-month": "12",
        "due_on-year": "2026",
        "priority": "high",
    }
    refused = _save(web, form, 400, **answers)
    assert refused.errors[0].startswith("This looks like a phone number (077•• ••••••).")
    assert refused.fields().items() >= answers.items()
    assert list(db.session.scalars(select(Action.id))) == []
    _save(web, refused, what__kept_because="The number of the family’s advocate.")
    assert len(list(db.session.scalars(select(Action.id)))) == 1
    assert [(each.record_type, each.field) for each in _reasons()] == [("audit", "what")]
    tasks = web.get(refused.path.removesuffix("/actions/new"))
    assert "section/actions" in tasks.links()["Actions"]
    assert _reasons()[0].record_reference in tasks.path


def test_moderation_is_refused_with_everything_kept(web: PageClient, world: World) -> None:
    audit = world.recorded_audit()
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}")
    typed = {
        "overall": "inadequate",
        "overall_reason": "Impact is not shown.",
        "thread_voice": "inadequate",
        "thread_voice_reason": "Born on 12 March 2014 and not seen since.",
        "practice_note": "A long note about the practice.",
    }
    refused = _save(web, page, 400, **typed)
    assert refused.errors == [
        "This looks like a date of birth (12 M•••• ••••). Remove it, or say why it must stay"
    ]
    assert refused.fields().items() >= typed.items()
    assert db.session.scalar(select(func.count(Moderation.id))) == 0
    why = {"thread_voice_reason__kept_because": "The date is what is in dispute."}
    _save(web, refused, **why)
    assert db.session.scalar(select(func.count(Moderation.id))) == 1
    reason = _reasons()[0]
    assert (reason.record_type, reason.record_reference) == ("audit", audit.reference)
    assert (reason.field, reason.by_id) == ("thread_voice_reason", world.bob.id)


def test_another_persons_reason_is_neither_shown_nor_enough(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    asked = _save(
        web, web.get(check.path.replace("check", "section/family")), 400, feedback_said=TEXT
    )
    _save(web, asked, feedback_said__kept_because="Only the auditor knows why.")
    web.send(web.get(check.path), "Submit the audit")
    audit = db.session.scalars(select(Audit)).one()
    web.sign_out()
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}")
    refused = _save(web, page, 400, overall="good", practice_note=TEXT)
    assert refused.fields()["practice_note__kept_because"] == ""
    assert "Only the auditor knows why." not in refused.text


def test_a_form_sent_twice_keeps_its_reason_once(web: PageClient, world: World) -> None:
    audit = world.recorded_audit()
    web.sign_in(world.bob)
    page = web.get(f"/moderation/{audit.reference}")
    asked = _save(web, page, 400, overall="good", practice_note=TEXT)
    for _ in range(2):
        _save(web, asked, practice_note__kept_because="A test.")
    assert len(_reasons()) == 1


def test_a_name_is_only_a_hint(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    page = _voice(web, world)
    answers = thread_answers("good") | {"evidence": "Mrs O’Brien-Jones was seen."}
    onward = _save(web, page, **answers)
    assert onward.h1 == "Analytical assessment"
    reopened = web.get(page.path)
    assert "Is “Mrs O’Brien-Jones” a real name?" in reopened.text
    assert BOX not in reopened.fields()


def test_in_an_alert_no_reason_will_do(web: PageClient, world: World) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}/edit")
    typed = {"found": f"The child {NHS} was not seen.", "found__kept_because": "They agreed."}
    refused = _save(web, page, 400, **typed)
    assert refused.errors == ["This looks like an NHS number (943 ••• ••••). Remove it"]
    assert refused.fields()["found"] == typed["found"]
    assert "found__kept_because" not in refused.fields()
    assert _reasons() == []
    assert NHS not in (db.session.scalars(select(Alert.found)).one() or "")


def test_in_an_alert_an_office_may_be_named_with_a_reason(web: PageClient, world: World) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}/edit")
    standards = "Ask practice.development@example.gov.uk"
    refused = _save(web, page, 400, standards=standards)
    assert refused.errors[0].endswith("Remove it, or say why it must stay")
    _save(web, refused, standards__kept_because="The office’s shared address.")
    assert db.session.scalars(select(Alert.standards)).one() == standards
    reason = _reasons()[0]
    assert (reason.record_type, reason.record_reference) == ("alert", alert.reference)


def test_the_title_of_an_alert_is_guarded(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    refused = web.send(web.get("/alerts/new"), status=400, title=f"What {NHS} teaches us")
    assert "This looks like an NHS number (943 ••• ••••). Remove it" in refused.errors


def test_nothing_found_is_logged_or_told_in_the_history(
    web: PageClient, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    web.sign_in(world.alice)
    refused = _warned(web, world)
    _save(web, refused, 400, **{BOX: f"Because {OTHER_NHS}"})
    _save(web, refused, **{BOX: "A test number."})
    events = db.session.scalars(select(HistoryEvent)).all()
    told = " ".join(f"{e.verb} {e.record_type} {e.record_reference}" for e in events)
    for secret in ("476 5919", "9434765919", "023 2137"):
        assert secret not in caplog.text
        assert secret not in told


def test_a_database_that_fails_puts_no_text_into_the_log(
    web: PageClient, app: Flask, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    web.sign_in(world.alice)
    page = _voice(web, world)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    if db.engine.dialect.name == "postgresql":
        # It then quotes the whole row.
        refuse = "ALTER TABLE findings ADD CONSTRAINT unsaid CHECK (evidence IS NULL)"
    else:
        refuse = "ALTER TABLE findings RENAME COLUMN worried_about TO unsaid"
    db.session.execute(text(refuse))
    db.session.commit()
    with caplog.at_level(logging.DEBUG):
        broken = web.request("POST", page.path, page.fields() | {"evidence": TEXT})
    assert broken.status_code == 500
    assert "Database error in recording.section" in caplog.text
    assert "476 5919" not in caplog.text


def _forms(of: type[PageForm] = PageForm) -> list[type[PageForm]]:
    return [each for form in of.__subclasses__() for each in (form, *_forms(form))]


def test_every_text_field_of_every_form_is_guarded_but_for_identifiers(app: Flask) -> None:
    texts: set[str] = set()
    unguarded: set[str] = set()
    with app.test_request_context():
        for form in {each for each in _forms() if each.__module__.startswith("audit_app.")}:
            made = form()
            fields = {f.name for f in made if type(f) in (StringField, TextAreaField)}
            texts |= fields
            unguarded |= fields - {guard.field.name for guard in made.guards}
    assert {"evidence", "practice_note", "why_now", "what", "note"} <= texts
    identifiers = {"case_reference", "worker_staff_id", "name", "email", "staff_id"}
    # The period of a summary is one of those offered, and anything else is refused.
    assert unguarded == identifiers | {"period"}
