"""The audit's story: everything that happened, in order, in sentences, and to nobody too much."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from audit_app.audits import sentences
from audit_app.audits.story import SIMPLE, last_of, short_story, story_of
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    EntryKind,
    EscalationCause,
    EscalationEntry,
    EvidenceRequest,
    Reflection,
    Stage,
    Submission,
    User,
)
from audit_app.moderation import allocation_changes
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.deeds import NOT_TOLD
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.sampling import OPEN_AS_COUNTED, DrawnBecause
from tests.audits import lives
from tests.browser_page import PageClient
from tests.people import World
from tests.statements import statements

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

ROOMS = Path(__file__).parents[2] / "audit_app"

#: Verbs of the history that the story tells from the rows they left, or not at all.
TOLD_BY_ROWS = {
    "accepted the moderation",
    "called in for moderation",
    "discarded",
    "disputed the moderation",
    "drawn for moderation",
    "moderated",
    "not drawn for moderation",
    "removed an action",
    "saved actions",
    "resolved the dispute",
    "returned for more evidence",
    "started",
    "submitted",
    "submitted again",
}


def told(audit: Audit, user: User) -> list[str]:
    return [each.sentence for each in story_of(audit, user)]


def test_a_whole_life_is_told_in_the_order_it_happened(app: Flask, world: World) -> None:
    story = story_of(lives.resolved(world), world.carol)
    by_when = "What was done had to be recorded by 15 October 2026."
    assert [(each.when, each.sentence) for each in story] == [
        ("5 October 2026 at 4:40pm", "Alice started the audit."),
        ("5 October 2026", "Alice saved 3 sections between 4:40pm and 4:52pm."),
        ("5 October 2026 at 5:15pm", "Alice submitted the audit, judging it Good overall."),
        ("5 October 2026 at 5:15pm", "It was drawn for moderation at random."),
        ("5 October 2026 at 5:15pm", "It was given to Bob to moderate by 15 October 2026."),
        ("6 October 2026 at 4:40pm", "Bob returned the audit and asked for more evidence."),
        (
            "7 October 2026 at 4:40pm",
            "Alice submitted the audit again, judging it Requires Improvement to be Good overall.",
        ),
        ("8 October 2026 at 4:40pm", "Bob moderated the audit and changed 2 judgements."),
        (
            "8 October 2026 at 4:40pm",
            f"Bob’s judgement of Inadequate escalated the audit to the head of service. {by_when}",
        ),
        ("9 October 2026 at 4:40pm", "Alice disputed the moderation."),
        (
            "10 October 2026 at 4:40pm",
            "Carol recorded what was done about the Inadequate judgement and closed it.",
        ),
        ("11 October 2026 at 4:40pm", "Cora resolved the dispute."),
        ("12 October 2026 at 4:40pm", "Priya shared a reflection on the audit."),
        ("13 October 2026 at 4:40pm", "Mallory acknowledged Priya’s reflection."),
    ]


def test_what_was_written_and_what_was_changed_stand_beside_the_sentence(
    app: Flask, world: World
) -> None:
    story = story_of(lives.resolved(world), world.carol)
    words = {each.sentence: each.words for each in story if each.words}
    assert list(words.values()) == [
        "When was he last seen alone?",
        "On 3 March, it is in the evidence now.",
        "He was seen on 3 March and on 9 April.",
        "He was seen.",
        "Both visits are on file.",
    ]
    changes = [(each.sentence, each.reason) for one in story for each in one.changes]
    assert changes == [
        ("Overall judgement: from Good to Requires Improvement to be Good.", None),
        (
            "Overall judgement: from Requires Improvement to be Good to Inadequate.",
            "He has not been seen since March.",
        ),
        ("Child’s voice and direct work: from Good to Inadequate.", "His words are nowhere."),
        ("Overall judgement: from Inadequate to Requires Improvement to be Good.", None),
    ]


def test_sections_saved_in_one_go_are_one_line(app: Flask, world: World) -> None:
    audit = lives.submitted(world)
    other = lives.submitted(world)
    for minutes, verb in ((50, "saved overall"), (51, "printed"), (52, "saved family")):
        lives.happened(audit, world.alice, verb, lives.at(minutes=minutes))
    lives.happened(audit, world.alice, "saved family", lives.at(1))
    lives.happened(audit, world.alice, "removed an action", lives.at(1, 4))
    lives.happened(other, world.alice, "saved oversight", lives.at(minutes=50))
    db.session.commit()
    saves = [each for each in story_of(audit, world.carol) if " saved " in each.sentence]
    assert [each.sentence for each in saves] == [
        "Alice saved 3 sections between 4:40pm and 4:52pm.",
        "Alice saved “Overall judgement” at 5:30pm.",
        "Alice saved “Family feedback” at 5:32pm.",
        "Alice saved “Family feedback” and “Actions” between 4:40pm and 4:44pm.",
    ]


@pytest.mark.parametrize(
    ("judgement", "sentence"),
    [
        (Judgement.INADEQUATE, "It was drawn for moderation, as every audit judged Inadequate is."),
        (
            Judgement.OUTSTANDING,
            "It was drawn for moderation, as every audit judged Outstanding is.",
        ),
        (Judgement.GOOD, "It was drawn for moderation at random."),
    ],
)
def test_why_it_was_drawn_is_told(
    app: Flask, world: World, judgement: Judgement, sentence: str
) -> None:
    assert sentence in told(lives.submitted(world, judgement), world.carol)


def test_one_not_drawn_and_called_in_later_says_so(app: Flask, world: World) -> None:
    audit = lives.submitted(world)
    assert audit.draw is not None
    audit.draw.chosen_because = audit.draw.moderator_id = audit.draw.allocated_at = None
    assert "It was not drawn for moderation." in told(audit, world.carol)
    lives.happened(audit, None, "not drawn for moderation", lives.at(minutes=35))
    lives.happened(audit, world.carol, "called in for moderation", lives.at(2))
    audit.draw.chosen_because = DrawnBecause.CALLED_IN
    audit.draw.called_in_by_id, audit.draw.called_in_reason = world.carol.id, "A complaint."
    audit.draw.moderator_id, audit.draw.allocated_at = world.bob.id, lives.at(2)
    db.session.commit()
    story = story_of(audit, world.carol)
    assert [each.sentence for each in story][-3:] == [
        "It was not drawn for moderation.",
        f"Carol called the audit in for moderation, in the open. {OPEN_AS_COUNTED}",
        "It was given to Bob to moderate by 15 October 2026.",
    ]
    assert story[-2].words == "A complaint."


def test_whoever_had_the_audit_to_moderate_stays_in_its_story(
    web: PageClient, world: World
) -> None:
    mo, audit = world.another_moderator(), lives.submitted(world)
    allocation_changes.allocate(world.carol, audit, mo, world.bob.reference)
    allocation_changes.take_over(world.bob, audit, mo.reference)
    db.session.commit()
    by_when = "It is to be moderated by 15 October 2026."
    expected = [
        "It was given to Bob to moderate.",
        "Carol passed the moderation from Bob to Mo.",
        f"Bob took over the moderation from Mo. {by_when}",
    ]
    passed = ("It was given", "Carol ", "Bob took")
    story = [each for each in story_of(audit, world.carol) if each.sentence.startswith(passed)]
    assert [each.sentence for each in story] == expected
    assert short_story(story) == story
    assert not [each for each in told(audit, world.priya) if "Mo" in each]


def test_what_was_judged_otherwise_when_submitted_again_is_told(app: Flask, world: World) -> None:
    audit = lives.returned(world)
    audit.state, voice = AuditState.SUBMITTED, audit.findings[2]
    audit.judge(world.alice, Stage.AUDITED, None, Judgement.INADEQUATE)
    audit.judge(world.alice, Stage.AUDITED, voice, Judgement.INADEQUATE)
    lives.keep_copy(audit, lives.at(2))
    db.session.commit()
    again = next(each for each in story_of(audit, world.carol) if "again" in each.sentence)
    assert [each.sentence for each in again.changes] == [
        "Overall judgement: from Good to Inadequate.",
        "Child’s voice and direct work: from Good to Inadequate.",
    ]


def test_what_must_be_done_is_told_as_still_to_be_done(app: Flask, world: World) -> None:
    audit = lives.moderated(world)
    assert (
        "Bob’s judgement of Inadequate escalated the audit to the head of service. "
        "What was done must be recorded by 15 October 2026."
    ) in told(audit, world.carol)


def test_the_words_of_an_escalation_are_for_those_who_may_read_them(
    app: Flask, world: World
) -> None:
    audit = lives.returned(world)
    lives.escalate(audit, world, EscalationCause.SAFEGUARDING, lives.at(1))
    (clock,) = audit.escalations
    for kind, by in ((EntryKind.CONCERN, world.alice), (EntryKind.NOTE, world.carol)):
        clock.entries.append(
            EscalationEntry(kind=kind, at=lives.at(1), by_id=by.id, text=f"A {kind}.")
        )
    db.session.commit()

    def words(user: User) -> set[str | None]:
        story = story_of(audit, user)
        return {each.words for each in story if each.words in ("A concern.", "A note.")}

    assert words(world.alice) == words(world.hester) == {"A concern.", "A note."}
    assert words(world.carol) == words(world.mallory) == {"A note."}
    assert words(world.bob) == words(world.priya) == set()
    audit.state = AuditState.SUBMITTED
    assert words(world.carol) == {"A concern.", "A note."}


def test_a_moderator_who_agrees_changed_nothing(app: Flask, world: World) -> None:
    audit = lives.moderated(world, to=Judgement.REQUIRES_IMPROVEMENT)
    assert audit.moderation is not None
    audit.moderation.blind = True
    story = story_of(audit, world.carol)
    said = next(each for each in story if each.sentence.startswith("Bob moderated"))
    assert said.sentence == (
        "Bob moderated the audit without having seen the auditor’s judgement "
        "and changed 1 judgement."
    )
    assert [each.what for each in said.changes] == ["Child’s voice and direct work"]


def test_an_imported_audit_tells_what_the_record_held(app: Flask, world: World) -> None:
    story = story_of(lives.imported(world), world.carol)
    assert [(each.when, each.sentence) for each in story] == [
        ("3 October 2019", "Alice carried out the audit."),
        ("1 November 2019", "Bob moderated the audit and agreed with every judgement."),
        ("5 October 2026 at 4:40pm", "The audit was imported from an earlier record."),
    ]


def test_one_from_before_copies_were_kept_was_submitted_all_the_same(
    app: Flask, world: World
) -> None:
    audit = world.recorded_audit(Judgement.OUTSTANDING)
    assert "Alice submitted the audit, judging it Outstanding overall." in told(audit, world.carol)


def test_an_escalation_opened_again_promises_no_first_date(app: Flask, world: World) -> None:
    audit = lives.resolved(world)
    again = EscalationEntry(kind=EntryKind.REOPENED, at=lives.at(9), by_id=world.carol.id)
    audit.escalations[0].entries.append(again)
    db.session.commit()
    story = told(audit, world.carol)
    assert "Bob’s judgement of Inadequate escalated the audit to the head of service." in story
    assert story[-1] == "Carol opened the escalation of the Inadequate judgement again."


def test_the_short_form_leaves_out_saving_reading_and_printing(app: Flask, world: World) -> None:
    audit = lives.submitted(world)
    lives.happened(audit, world.carol, "printed", lives.at(1))
    lives.happened(audit, world.mallory, "was shown its judgements and actions", lives.at(1))
    db.session.commit()
    story = story_of(audit, world.carol)
    assert len(story) - len(short_story(story)) == 3
    assert [each.sentence for each in last_of(story, 2)] == [
        "It was given to Bob to moderate by 15 October 2026.",
        "It was drawn for moderation at random.",
    ]


def test_that_somebody_asked_for_what_is_held_about_them_leaves_the_story_as_it_was(
    app: Flask, world: World
) -> None:
    """Nor does it show by a gap, where one run of saving would be told as two."""
    audit = lives.submitted(world)
    lives.happened(audit, world.alice, "saved thread-voice", lives.at(1, 1))
    lives.happened(audit, world.alice, "saved thread-plan", lives.at(1, 3))
    db.session.commit()
    before = told(audit, world.carol)
    lives.happened(audit, None, "exported for subject access", lives.at(1, 2))
    db.session.commit()
    assert told(audit, world.carol) == before


def test_the_worker_is_told_what_became_of_it_and_not_how_people_worked(
    app: Flask, world: World
) -> None:
    audit = lives.resolved(world)
    lives.happened(audit, world.carol, "printed", lives.at(9))
    db.session.commit()
    assert told(audit, world.priya) == [
        "Alice started the audit.",
        "Alice submitted the audit, judging it Good overall.",
        "Bob returned the audit and asked for more evidence.",
        "Alice submitted the audit again, judging it Requires Improvement to be Good overall.",
        "Bob moderated the audit and changed 2 judgements.",
        "Alice disputed the moderation.",
        "Cora resolved the dispute.",
        "Priya shared a reflection on the audit.",
        "Mallory acknowledged Priya’s reflection.",
    ]


def test_a_reflection_is_nobodys_until_it_is_shared(app: Flask, world: World) -> None:
    audit = lives.submitted(world)
    audit.reflection = Reflection(user_id=world.priya.id, text="Not yet.")
    db.session.commit()
    for user in (world.priya, world.carol, world.alice):
        assert not [each for each in told(audit, user) if "Priya" in each]


def test_who_reads_no_escalations_is_told_of_none(app: Flask, world: World) -> None:
    audit = lives.resolved(world)
    assert not [each for each in told(audit, world.bob) if "Inadequate" in each]
    assert [each for each in told(audit, world.alice) if "escalated" in each]


@pytest.mark.parametrize("life", [lives.submitted, lives.returned, lives.resubmitted])
@pytest.mark.parametrize("judgement", SCALE)
def test_the_story_tells_a_blind_moderator_no_judgement(
    web: PageClient, world: World, life: Callable[..., Audit], judgement: Judgement
) -> None:
    audit = life(world, blind=True)
    again = Judgement.GOOD if judgement is not Judgement.GOOD else Judgement.OUTSTANDING
    for submission in audit.submissions:
        answers = submission.answers | {"overall": {"overall": judgement.value}}
        db.session.execute(
            update(Submission).where(Submission.id == submission.id).values(answers=answers)
        )
    audit.draw.chosen_because = lives.because(judgement)
    lives.escalate(audit, world, EscalationCause.INADEQUATE, lives.at(minutes=35))
    audit.reflection = Reflection(user_id=world.priya.id, text="A", shared_at=lives.at(1))
    db.session.commit()
    web.sign_in(world.bob)
    page = web.get(f"/audits/{audit.reference}/story").text
    for word in (judgement.label, again.label, "at random", "escalated", "reflection", "judging"):
        assert word not in page
    assert "It was drawn for moderation." in page
    web.sign_out()
    web.sign_in(world.carol)
    assert judgement.label in web.get(f"/audits/{audit.reference}/story").text


def test_the_story_shows_newest_first_and_leads_back(web: PageClient, world: World) -> None:
    audit = lives.resolved(world)
    web.sign_in(world.carol)
    page = web.get(f"/audits/{audit.reference}")
    page = web.get(page.links()["Everything that happened to this audit"])
    assert page.h1 == "What happened to this audit"
    items = [" ".join(each.get_text().split()) for each in page.html.select(".app-timeline li p")]
    assert items[1] == "Mallory acknowledged Priya’s reflection."
    assert items[-1] == "Alice started the audit."


@pytest.mark.parametrize(
    ("person", "status"), [("dan", 403), ("adam", 403), ("mallory", 404), ("priya", 404)]
)
def test_the_story_reaches_nobody_whom_the_audit_does_not(
    web: PageClient, world: World, person: str, status: int
) -> None:
    audit = world.recorded_audit(team=world.north, worker="E9999")
    web.sign_in(getattr(world, person))
    web.get(f"/audits/{audit.reference}/story", status=status)
    web.get(f"/audits/{audit.reference}.pdf", status=status)
    web.get(f"/audits/{audit.reference}/submitted/1", status=status)


def test_a_drafts_story_is_its_auditors_alone(web: PageClient, world: World) -> None:
    audit = world.recorded_audit(state=AuditState.DRAFT)
    web.sign_in(world.carol)
    web.get(f"/audits/{audit.reference}/story", status=404)
    web.sign_out()
    web.sign_in(world.alice)
    assert "Alice started the audit." in web.get(f"/audits/{audit.reference}/story").text


def test_a_long_story_takes_no_more_queries_than_a_short_one(app: Flask, world: World) -> None:
    audit = lives.resolved(world)
    audit_id, carol_id = audit.id, world.carol.id

    def queries() -> int:
        db.session.expunge_all()
        loaded, carol = db.session.get_one(Audit, audit_id), db.session.get_one(User, carol_id)
        assert [each.thread for each in loaded.findings]
        assert carol.permissions

        with statements() as counted:
            story_of(loaded, carol)
        return len(counted)

    short = queries()
    audit = db.session.get_one(Audit, audit_id)
    people = db.session.query(User).limit(3).all()
    for number in range(30):
        who = people[number % 3]
        lives.happened(audit, who, f"saved {number}", lives.at(number))
        audit.evidence_requests.append(
            EvidenceRequest(asked_by_id=who.id, asked_at=lives.at(number), needed="More.")
        )
        audit.escalations[0].entries.append(
            EscalationEntry(kind=EntryKind.NOTE, at=lives.at(number), by_id=who.id, text="A")
        )
    db.session.commit()
    assert queries() == short
    assert short <= 16


def verbs_remembered_of_audits() -> set[str]:
    """Every verb that the code writes into the history of an audit."""
    found: set[str] = set()
    for path in ROOMS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "remember":
                verb, kind = node.args[2], node.args[3]
                if isinstance(kind, ast.Constant) and kind.value == "audit":
                    found.add(ast.unparse(verb))
    return found


def test_nothing_is_remembered_of_an_audit_that_its_story_does_not_know() -> None:
    known = {repr(verb) for verb in TOLD_BY_ROWS | set(SIMPLE)}
    known |= {"f'{SAVED}{section.key}'", "PRINTED", "f'escalated: {cause}'", "verb"}
    known |= {"f'{GIVEN}{was} to {given}'"} | {repr(str(verb)) for verb in NOT_TOLD}
    assert verbs_remembered_of_audits() - known == set()


def test_every_kind_of_entry_but_the_first_has_its_sentence() -> None:
    for kind in set(EntryKind) - {EntryKind.STARTED}:
        for cause in EscalationCause:
            said = sentences.escalation_entry("Hanna", kind, cause)
            assert said.startswith("Hanna ")
            assert said.endswith(".")
