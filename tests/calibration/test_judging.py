"""Judging in an exercise: blind, once, and for nobody else to see until it is closed."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit_app.audits.copies import copy_of
from audit_app.calibration import changes
from audit_app.extensions import db
from audit_app.models import (
    Audit,
    CalibrationJudgement,
    Finding,
    HistoryEvent,
    JudgementRow,
    Submission,
)
from audit_app.models.appending import RowKept
from audit_app.models.base import now
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from tests.browser_page import PageClient
from tests.calibration.exercises import (
    SECRET_TEXTS,
    SECRETS,
    TITLE,
    answers,
    colleagues,
    judge,
    judge_as,
    moderated_audit,
    opened,
    rows_of,
)
from tests.people import World

#: What a page shows; what it reads and writes is tried on every database elsewhere.
pytestmark = pytest.mark.sqlite_only

_TOKENS = re.compile(rb'(name="(?:csrf_token|once_token)" value="|data-seconds-left=")[^"]*')


def _everything_shown(web: PageClient, reference: str) -> list[bytes]:
    """Every answer somebody invited can be given, tokens aside."""
    base = f"/calibration/{reference}"
    pages = []
    for method, path, data in (
        ("GET", "/", None),
        ("GET", "/calibration/", None),
        ("GET", base, None),
        ("GET", f"{base}/judge", None),
        ("POST", f"{base}/judge", {"csrf_token": web.get("/").csrf}),
        ("GET", f"{base}/close", None),
        ("GET", f"{base}/learning", None),
    ):
        response = web.request(method, path, data)
        pages.append(_TOKENS.sub(rb"\1", response.data) + str(response.headers).encode())
    return [re.sub(rb"(?m)^(Date|Set-Cookie|X-Request-ID):.*$", b"", page) for page in pages]


def test_somebody_invited_finds_it_on_their_home_page_and_judges(
    web: PageClient, world: World
) -> None:
    nora, noel = colleagues("nora", "noel")
    exercise = opened(world, moderated_audit(world), [nora, noel])
    web.sign_in(nora)
    page = web.get(web.get("/").links()[TITLE])
    assert page.h1 == TITLE
    assert "Evidence for Impact chronology." in page.text
    page = web.send(page, "Send my judgements", **answers(page, "inadequate", "No visits."))
    assert "You judged on" in page.text
    assert "No visits." in page.text
    rows = rows_of(exercise)
    assert len(rows) == 7
    assert {(row.user_id, row.judgement, row.reason) for row in rows} == {
        (nora.id, Judgement.INADEQUATE, "No visits.")
    }
    assert [row.thread_id for row in rows].count(None) == 1
    assert TITLE not in web.get("/").links()


def test_no_answer_names_the_case_the_people_or_the_judgement(
    app: Flask, web: PageClient, world: World
) -> None:
    nora, noel = colleagues("nora", "noel")
    audit = moderated_audit(world)
    exercise = opened(world, audit, [nora, noel])
    judge_as(web, noel, exercise, "inadequate", overall_reason="Noel thinks so.")
    web.sign_out()
    web.sign_in(nora)
    secret = [*SECRETS, *SECRET_TEXTS, audit.reference, "Noel"]
    for answer in _everything_shown(web, exercise.reference)[1:]:
        found = [each for each in secret if each.encode() in answer]
        assert found == []


def test_the_answers_are_the_same_however_the_audit_and_the_others_were_judged(
    web: PageClient, world: World
) -> None:
    nora, noel = colleagues("nora", "noel")
    audit = moderated_audit(world, Judgement.OUTSTANDING)
    exercise = opened(world, audit, [nora, noel])
    web.sign_in(nora)
    before = _everything_shown(web, exercise.reference)[1:]
    _judge_otherwise(audit)
    judge_as(PageClient(web.client.application), noel, exercise, "inadequate")
    assert _everything_shown(web, exercise.reference)[1:] == before


def _judge_otherwise(audit: Audit) -> None:
    audit.overall = audit.final_overall = Judgement.INADEQUATE
    audit.rationale, audit.overall_reason = "Quite another one.", None
    audit.good_practice, audit.good_practice_note = True, "A note."
    for finding in audit.findings:
        finding.judgement = finding.final_judgement = Judgement.INADEQUATE
    db.session.commit()


def test_every_judgement_and_reason_is_asked_for_and_nothing_typed_is_lost(
    web: PageClient, world: World
) -> None:
    (nora,) = colleagues("nora")
    exercise = opened(world, moderated_audit(world), [nora])
    web.sign_in(nora)
    page = web.get(f"/calibration/{exercise.reference}/judge")
    page = web.send(page, "Send my judgements", status=400, thread_voice="good")
    assert len(page.errors) == 13
    assert "Give the reason for your judgement of Child’s voice and direct work" in " ".join(
        page.errors
    ) or any("voice" in each.lower() for each in page.errors)
    assert page.fields()["thread_voice"] == "good"
    given = answers(page) | {"overall": "not_enough_evidence"}
    page = web.send(page, "Send my judgements", status=400, **given)
    assert page.errors == ["Choose one of the answers listed"]
    assert rows_of(exercise) == []


def test_not_enough_evidence_can_be_said_of_a_thread(web: PageClient, world: World) -> None:
    (nora,) = colleagues("nora")
    exercise = opened(world, moderated_audit(world), [nora])
    judge_as(web, nora, exercise, thread_voice="not_enough_evidence")
    said = [row.judgement for row in rows_of(exercise)]
    assert said.count(Judgement.NOT_ENOUGH_EVIDENCE) == 1


def test_what_was_sent_stands_and_a_second_sending_is_given_back(
    web: PageClient, world: World
) -> None:
    (nora,) = colleagues("nora")
    exercise = opened(world, moderated_audit(world), [nora])
    web.sign_in(nora)
    page = web.get(f"/calibration/{exercise.reference}/judge")
    first = answers(page)
    for _ in range(2):
        again = web.send(page, "Send my judgements", **first)
        assert again.path == f"/calibration/{exercise.reference}"
    page = web.send(
        page, "Send my judgements", status=409, **answers(page, "inadequate", "On reflection.")
    )
    assert "that stands" in page.errors[0]
    assert page.fields()["overall_reason"] == "On reflection."
    assert {row.judgement for row in rows_of(exercise)} == {Judgement.GOOD}
    assert len(rows_of(exercise)) == 7


def test_what_comes_after_the_exercise_was_closed_is_not_counted_and_given_back(
    web: PageClient, world: World
) -> None:
    (nora,) = colleagues("nora")
    exercise = opened(world, moderated_audit(world), [nora])
    web.sign_in(nora)
    page = web.get(f"/calibration/{exercise.reference}/judge")
    changes.close(world.carol, exercise)
    db.session.commit()
    page = web.send(page, "Send my judgements", status=409, **answers(page))
    assert "closed before you sent this" in page.errors[0]
    assert page.fields()["overall_reason"] == "Because of the visits."
    assert rows_of(exercise) == []


def test_what_is_typed_is_kept_while_it_is_typed(web: PageClient, world: World) -> None:
    (nora,) = colleagues("nora")
    exercise = opened(world, moderated_audit(world), [nora])
    web.sign_in(nora)
    page = web.get(f"/calibration/{exercise.reference}/judge")
    typed = page.fields() | {"thread_voice_reason": "Half a", "then": "autosave"}
    assert web.request("POST", page.path, typed).status_code == 200
    assert rows_of(exercise) == []
    page = web.get(page.path)
    assert page.fields()["thread_voice_reason"] == "Half a"
    judge(web, exercise)
    assert len(rows_of(exercise)) == 7


@pytest.mark.parametrize("path", ["", "/judge", "/close", "/learning"])
def test_an_exercise_is_not_there_for_whoever_is_not_invited(
    web: PageClient, world: World, path: str
) -> None:
    nora, noel = colleagues("nora", "noel")
    exercise = opened(world, moderated_audit(world), [nora])
    address = f"/calibration/{exercise.reference}{path}"
    closing = path in ("/close", "/learning")
    for user, status in (
        (noel, 403 if closing else 404),
        (world.mallory, 403 if closing else 404),
        (world.priya, 403),
        (world.dan, 403),
        (world.adam, 403),
    ):
        web.sign_out()
        web.sign_in(user)
        token = web.get("/").csrf
        assert web.request("GET", address).status_code == status
        if path:
            assert web.request("POST", address, {"csrf_token": token}).status_code == status
        if status == 404:
            assert TITLE not in web.get("/calibration/").text
    assert rows_of(exercise) == []


def test_a_lead_does_not_judge_in_an_exercise_they_run(web: PageClient, world: World) -> None:
    (nora,) = colleagues("nora")
    exercise = opened(world, moderated_audit(world), [nora])
    web.sign_in(world.carol)
    web.get(f"/calibration/{exercise.reference}/judge", status=404)


def test_a_lead_who_is_invited_judges_and_does_not_run_it(web: PageClient, world: World) -> None:
    exercise = opened(world, moderated_audit(world), [world.cora])
    web.sign_in(world.cora)
    page = web.get(f"/calibration/{exercise.reference}")
    assert "Judge now" in page.links()
    assert not page.tables
    for path in ("close", "learning"):
        web.get(f"/calibration/{exercise.reference}/{path}", status=404)


def test_evidence_that_is_written_again_is_shown_as_it_was_submitted(
    web: PageClient, world: World
) -> None:
    (nora,) = colleagues("nora")
    audit = moderated_audit(world)
    exercise = opened(world, audit, [nora])
    audit.submissions.append(Submission(number=1, submitted_at=now(), answers=copy_of(audit)))
    audit.state = AuditState.RETURNED
    audit.findings[0].evidence = "Being written again."
    db.session.commit()
    web.sign_in(nora)
    page = web.get(f"/calibration/{exercise.reference}/judge")
    assert "Being written again" not in page.text
    assert "Evidence for Impact chronology." in page.text
    judge(web, exercise)
    assert len(rows_of(exercise)) == 7


def test_judging_changes_nothing_of_the_audit_and_leaves_a_trace_without_its_content(
    web: PageClient, world: World
) -> None:
    (nora,) = colleagues("nora")
    audit = moderated_audit(world)
    exercise = opened(world, audit, [nora])
    rows = db.session.scalar(select(func.count(JudgementRow.id)))
    judge_as(web, nora, exercise, "inadequate")
    db.session.expire_all()
    assert db.session.scalar(select(func.count(JudgementRow.id))) == rows
    assert audit.final_overall is Judgement.GOOD
    assert set(db.session.scalars(select(Finding.final_judgement))) == {Judgement.GOOD}
    assert db.session.scalar(select(func.count(CalibrationJudgement.id))) == 7
    about = HistoryEvent.record_type == "calibration"
    events = db.session.execute(
        select(HistoryEvent.verb, HistoryEvent.record_reference).where(about)
    ).all()
    assert [tuple(each) for each in events] == [
        ("opened", exercise.reference),
        ("judged", exercise.reference),
    ]


def test_what_somebody_judged_is_never_changed_or_deleted(web: PageClient, world: World) -> None:
    (nora,) = colleagues("nora")
    exercise = opened(world, moderated_audit(world), [nora])
    judge_as(web, nora, exercise)
    row = rows_of(exercise)[0]
    row.judgement = Judgement.INADEQUATE
    with pytest.raises(RowKept):
        db.session.flush()
    db.session.rollback()
    db.session.delete(row)
    with pytest.raises(RowKept):
        db.session.flush()
    db.session.rollback()
