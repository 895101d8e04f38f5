"""One audit on paper: whole, accessible, marked on every page, and remembered."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import Text

from audit_app.audits.printing import audit_pdf
from audit_app.audits.sections import FIELDS, Kind, holder, sections_of
from audit_app.extensions import db
from audit_app.models import Audit, HistoryEvent, Stage, Theme, User
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import FamilyFeedback, WorkerInvolvement
from audit_app.rules.judgements import Judgement
from audit_app.web.pages import moment
from tests.audits import lives
from tests.browser_page import PageClient
from tests.documents.verapdf import check_pdf, require_verapdf
from tests.people import World

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

LIVES = (
    lives.submitted,
    lives.returned,
    lives.moderated,
    lives.resolved,
    lives.imported,
)


def printed(app: Flask, audit: Audit, user: User) -> bytes:
    with app.test_request_context():
        return audit_pdf(audit, user)


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def words(pdf: bytes) -> str:
    return " ".join(" ".join(pages(pdf)).split())


def draft(world: World) -> Audit:
    audit = world.recorded_audit(state=AuditState.DRAFT)
    audit.audit_date = audit.overall = audit.final_overall = audit.submitted_at = None
    db.session.commit()
    return audit


def write_in_every_field(audit: Audit) -> list[str]:
    """Put words of its own into every text of every section; the words."""
    written = []
    for section in sections_of(audit):
        row = holder(audit, section)
        for name in FIELDS[section.kind]:
            if isinstance(type(row).__table__.c[name].type, Text):
                written.append(f"Said in {section.key} under {name}.")
                setattr(row, name, written[-1])
    audit.good_practice = audit.safeguarding_concern = True
    audit.good_practice_quote = "A sentence to quote."
    audit.worker_involvement = WorkerInvolvement.NOT_INVOLVED
    audit.family_feedback = FamilyFeedback.GIVEN
    audit.themes = [Theme(name="Neglect")]
    db.session.commit()
    return [*written, "A sentence to quote.", "Neglect"]


def test_everything_that_was_written_is_printed(app: Flask, world: World) -> None:
    audit = lives.resolved(world)
    written = write_in_every_field(audit)
    assert len(written) > 40
    text = words(printed(app, audit, world.carol))
    assert [each for each in written if each not in text] == []
    for said in (
        audit.reference, "1234567", "LSW South 1", "Dispute resolved", "See him alone.",
        "When was he last seen alone?", "On 3 March, it is in the evidence now.",
        "He has not been seen since March.", "Kind and patient work, but too little of it.",
        "A careful audit.", "He was seen on 3 March and on 9 April.", "Both visits are on file.",
        "Why Child’s voice and direct work was changed to Inadequate",
        "Alice submitted the audit, judging it Good overall.", "Cora resolved the dispute.",
        f"End of audit {audit.reference}",
    ):  # fmt: skip
        assert said in text, said


def test_every_judgement_stands_beside_the_others(app: Flask, world: World) -> None:
    text = words(printed(app, lives.resolved(world), world.carol))
    assert "Auditor: Alice Moderator: Bob Resolved by Cora Reported" in text
    assert "Analytical assessment Good Not judged by the moderator Not judged again Good" in text
    assert "Inadequate by the auditor" not in text


def test_words_that_stand_nowhere_else_are_printed_in_the_story(app: Flask, world: World) -> None:
    text = words(printed(app, lives.resolved(world), world.carol))
    assert (
        "recorded what was done about the Inadequate judgement and closed it. He was seen." in text
    )
    assert text.count("Both visits are on file.") == 1


def test_a_moderator_is_said_to_have_judged_only_what_they_judged(app: Flask, world: World) -> None:
    audit = lives.moderated(world)
    assert "Agreed" not in words(printed(app, audit, world.carol))
    analysis = audit.findings[3]
    audit.judge(world.bob, Stage.MODERATED, analysis, Judgement.GOOD)
    db.session.commit()
    text = words(printed(app, audit, world.carol))
    assert "Analytical assessment Good Good Good" in text
    assert "Impact chronology Good Not judged by the moderator Good" in text
    assert "Overall judgement Good Good Good" in words(
        printed(app, lives.imported(world), world.carol)
    )


def test_the_print_says_at_what_time_it_was_moderated(app: Flask, world: World) -> None:
    audit = lives.moderated(world)
    assert audit.moderated_at is not None
    assert f"Moderated by Bob, {moment(audit.moderated_at)}" in words(
        printed(app, audit, world.carol)
    )
    assert "Moderated by Bob, 1 November 2019" in words(
        printed(app, lives.imported(world), world.carol)
    )


def test_every_page_says_what_it_is_how_it_is_marked_and_who_printed_it(
    app: Flask, world: World
) -> None:
    audit = lives.resolved(world)
    marking = app.config["SETTINGS"].printed_marking
    assert marking
    each = pages(printed(app, audit, world.carol))
    assert len(each) > 2
    for number, page in enumerate(each, start=1):
        text = " ".join(page.split())
        assert f"Audit {audit.reference} – case 1234567" in text
        assert marking in text
        assert "Printed by Carol on " in text
        assert "Data as at that time" in text
        assert f"Page {number} of {len(each)}" in text
        assert "Draft" not in text


@pytest.mark.verapdf
@pytest.mark.parametrize("life", [*LIVES, draft])
def test_it_is_accessible(
    app: Flask, world: World, tmp_path: Path, life: Callable[[World], Audit]
) -> None:
    require_verapdf()
    path = tmp_path / "audit.pdf"
    path.write_bytes(printed(app, life(world), world.alice if life is draft else world.carol))
    assert check_pdf(path) == []


def test_its_language_its_title_its_headings_and_its_tables_are_tagged(
    app: Flask, world: World
) -> None:
    audit = lives.resolved(world)
    reader = PdfReader(BytesIO(printed(app, audit, world.carol)))
    assert reader.trailer["/Root"]["/Lang"] == "en-GB"
    assert reader.metadata is not None
    assert reader.metadata.title == f"Audit {audit.reference} of case 1234567"
    tags = _tags(reader)
    assert tags.count("/H1") == 1
    assert tags.count("/H2") == 5
    assert tags.count("/Table") == 4
    assert tags.count("/TH") > 30


def _tags(reader: PdfReader) -> list[str]:
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict):
            found.append(str(node.get("/S", "")))
            walk(node.get("/K", []))

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return found


@pytest.mark.slow
@pytest.mark.verapdf
@pytest.mark.sqlite_only
def test_the_longest_audit_is_printed_whole_with_no_heading_at_a_pages_foot(
    app: Flask, world: World, tmp_path: Path
) -> None:
    require_verapdf()
    audit = lives.longest(world)
    path = tmp_path / "audit.pdf"
    path.write_bytes(printed(app, audit, world.carol))
    assert check_pdf(path) == []
    said = audit.findings[0].evidence or ""
    whole = "".join("".join(pages(path.read_bytes())).split())
    assert whole.count("Hewasseenatschoolandathome") >= 25 * said.count("He was seen at school")
    headings = {"Evidence", "What is working well", "Impact for the child", "Actions", "Why"}
    headings |= {each.thread.name for each in audit.findings} | {"What are we worried about"}
    for page in pages(path.read_bytes()):
        body = [line.strip() for line in page.splitlines() if line.strip()]
        body = [line for line in body if not line.startswith(("Printed by", "Page "))]
        assert body[-1] not in headings


def test_a_draft_is_marked_as_one_on_every_page_and_is_its_auditors(
    web: PageClient, world: World
) -> None:
    audit = draft(world)
    web.sign_in(world.alice)
    page = web.get(f"/audits/{audit.reference}")
    response = web.get(page.links()["Print this draft (PDF)"]).response
    for text in pages(response.data):
        assert "Draft, not submitted" in " ".join(text.split())
    assert "Draft – this audit has not been submitted. Do not rely on it." in words(response.data)
    web.sign_out()
    web.sign_in(world.carol)
    web.get(f"/audits/{audit.reference}.pdf", status=404)


def test_what_is_written_again_is_printed_for_its_auditor_alone(app: Flask, world: World) -> None:
    audit = lives.returned(world)
    theirs = words(printed(app, audit, world.carol))
    assert "What follows is what was submitted on 5 October 2026 at 5:15pm." in theirs
    assert "The evidence of the six threads taken together." in theirs
    assert "Half written again." not in theirs
    assert "Overall judgement Good" in theirs
    own = words(printed(app, audit, world.alice))
    assert "Overall judgement Inadequate, was Good" in own
    assert "direct work Inadequate, was Good" in own
    assert "reported" not in own.lower()
    assert ", was " not in theirs
    assert "Half written again." in own
    assert "has not been submitted again. Do not rely on it." in own


@pytest.mark.parametrize("life", [lives.submitted, lives.returned, lives.resubmitted])
def test_a_blind_moderators_print_holds_no_judgement(
    app: Flask, world: World, life: Callable[..., Audit]
) -> None:
    audit = life(world, blind=True)
    for finding in audit.findings:
        finding.judgement = finding.final_judgement = Judgement.OUTSTANDING
    audit.good_practice, audit.good_practice_note = True, "Telling the tale."
    db.session.commit()
    blind = words(printed(app, audit, world.bob))
    for telling in (
        *(each.label for each in Judgement), "Telling", "moderation at random",
        "taken together", "ritten again", "judging",
    ):  # fmt: skip
        assert telling not in blind, telling
    assert "The auditor’s judgements are not shown to Bob" in blind
    assert "Evidence for Impact chronology." in blind
    assert "Good" in words(printed(app, audit, world.carol))


def test_whoever_prints_is_remembered_and_told_in_the_story(web: PageClient, world: World) -> None:
    audit = lives.submitted(world)
    web.sign_in(world.carol)
    page = web.get(f"/audits/{audit.reference}")
    response = web.get(page.links()["Print this audit (PDF)"]).response
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"] == (
        f"inline; filename=audit-{audit.reference}.pdf"
    )
    assert "no-store" in response.headers["Cache-Control"]
    events = db.session.query(HistoryEvent).filter_by(verb="printed", record_type="audit").all()
    assert [(each.user, each.record_reference) for each in events] == [
        (world.carol, audit.reference)
    ]
    assert "Carol printed the audit." in web.get(f"/audits/{audit.reference}/story").text


def test_what_a_browser_fetches_on_a_guess_is_neither_given_nor_remembered(
    web: PageClient, world: World
) -> None:
    audit = lives.submitted(world)
    web.sign_in(world.carol)
    guess = {"Sec-Purpose": "prefetch;prerender"}
    path = f"/audits/{audit.reference}.pdf"
    assert web.request("GET", path, headers=guess).status_code == 503
    assert web.request("HEAD", path).status_code == 200
    assert db.session.query(HistoryEvent).filter_by(verb="printed").count() == 0


@pytest.mark.parametrize(
    "typed",
    [
        "שלום עולם",
        "😀👨‍👩‍👧🏽 seen",
        "日本語",
        "a\u202eb\u200dc",
        "x" * 300,
        "\x07\x0b",
        " \n \n- \n",
    ],
)
@pytest.mark.sqlite_only
def test_unusual_letters_never_stop_a_print(app: Flask, world: World, typed: str) -> None:
    audit = lives.submitted(world)
    for section in sections_of(audit):
        if section.kind in (Kind.THREAD, Kind.OVERALL):
            row = holder(audit, section)
            for name in FIELDS[section.kind]:
                if isinstance(type(row).__table__.c[name].type, Text):
                    setattr(row, name, typed)
    audit.actions[0].what = audit.actions[0].owner = typed[:120]
    db.session.commit()
    assert len(pages(printed(app, audit, world.carol))) < 12


def test_typed_markup_is_printed_as_it_was_typed(app: Flask, world: World) -> None:
    audit = lives.submitted(world)
    audit.rationale = "<b>bold</b> & {{ settings }}"
    db.session.commit()
    assert "<b>bold</b> & {{ settings }}" in words(printed(app, audit, world.carol))
