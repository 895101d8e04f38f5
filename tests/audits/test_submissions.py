"""While an audit is written again, everybody else reads what was submitted; nothing is lost."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from audit_app.extensions import db
from audit_app.models import Submission
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from audit_app.web.pages import moment
from tests.audits import lives
from tests.browser_page import PageClient
from tests.people import World

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only


@pytest.mark.parametrize("person", ["bob", "carol", "mallory", "priya"])
def test_readers_of_a_returned_audit_are_shown_what_was_submitted(
    web: PageClient, world: World, person: str
) -> None:
    audit = lives.returned(world)
    web.sign_in(getattr(world, person))
    page = web.get(f"/audits/{audit.reference}")
    assert "this page shows what was submitted on 5 October 2026 at 5:15pm" in page.text
    assert "The evidence of the six threads taken together." in page.text
    assert "Half written again." not in page.text
    assert "He was last seen alone" not in page.text
    assert "Inadequate" not in page.text


def test_its_auditor_writes_on_with_what_was_asked_and_submitted_at_hand(
    web: PageClient, world: World
) -> None:
    audit = lives.returned(world)
    web.sign_in(world.alice)
    page = web.get(f"/audits/{audit.reference}")
    assert page.h1 == "Record the audit"
    assert "Bob asked for more evidence on 6 October 2026 at 4:40pm" in page.text
    assert "When was he last seen alone?" in page.text
    page = web.get(page.links()["What you submitted on 5 October 2026 at 5:15pm"])
    assert page.h1 == "As submitted on 5 October 2026 at 5:15pm"
    assert "The evidence of the six threads taken together." in page.text
    assert "Half written again." not in page.text


def test_what_is_judged_again_is_shown_after_what_was_submitted(
    web: PageClient, world: World
) -> None:
    audit = lives.returned(world)
    audit.findings[3].judgement = None
    db.session.commit()
    web.sign_in(world.alice)
    text = web.get(f"/audits/{audit.reference}/check").text
    assert "Judgement Inadequate was Good" in text
    assert "Overall judgement Inadequate was Good" in text
    assert "Judgement Not judged was Good" in text
    assert "was Inadequate" not in text


def test_a_page_says_why_there_was_no_moderation_and_when_there_was(
    web: PageClient, world: World
) -> None:
    audit = lives.submitted(world)
    audit.state = AuditState.COMPLETE
    other = lives.moderated(world)
    db.session.commit()
    web.sign_in(world.carol)
    page = web.get(f"/audits/{audit.reference}")
    assert "Not moderated: the sample left it out." in page.text
    assert other.moderated_at is not None
    page = web.get(f"/audits/{other.reference}")
    assert f"Bob, {moment(other.moderated_at)}" in page.text


def test_once_submitted_again_both_can_be_read(web: PageClient, world: World) -> None:
    audit = lives.resubmitted(world)
    web.sign_in(world.carol)
    page = web.get(f"/audits/{audit.reference}")
    assert "Written again." in page.text
    first = web.get(page.links()["5 October 2026 at 5:15pm"])
    assert "Submission 1 of 2" in first.text
    assert "taken together" in first.text
    second = web.get(first.links()["Read submission 2, of 7 October 2026 at 4:40pm"])
    assert "Written again." in second.text


@pytest.mark.parametrize("number", ["0", "3", "99999999999999999999", "x"])
def test_a_submission_there_never_was_is_not_found(
    web: PageClient, world: World, number: str
) -> None:
    audit = lives.resubmitted(world)
    web.sign_in(world.carol)
    web.get(f"/audits/{audit.reference}/submitted/{number}", status=404)


@pytest.mark.parametrize("judgement", [Judgement.GOOD, Judgement.OUTSTANDING])
def test_an_earlier_submission_tells_a_blind_moderator_no_judgement(
    web: PageClient, world: World, judgement: Judgement
) -> None:
    audit = lives.returned(world, blind=True)
    submission = audit.submissions[0]
    answers = submission.answers | {
        "overall": submission.answers["overall"]
        | {"overall": judgement.value, "good_practice": True, "good_practice_note": "Telling."}
    }
    db.session.execute(
        update(Submission).where(Submission.id == submission.id).values(answers=answers)
    )
    db.session.commit()
    web.sign_in(world.bob)
    for address in ("", "/submitted/1"):
        page = web.get(f"/audits/{audit.reference}{address}").text
        assert "Not shown until the audit has been moderated" in page
        assert "Evidence for Impact chronology." in page
        for telling in (*(each.label for each in Judgement), "Telling", "taken together"):
            assert telling not in page
