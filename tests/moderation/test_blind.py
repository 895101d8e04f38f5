"""Until a blind moderator has saved, nothing they are sent depends on how the auditor judged.

The same service is asked for everything twice. Only the auditor's judgement, and what goes with it,
is another one the second time; every answer must be the same.
"""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import openpyxl
import pypdf
import pytest
from flask import Flask
from sqlalchemy import delete, update
from werkzeug.test import TestResponse

from audit_app.alerts.queries import sheet_now
from audit_app.audits.blindness import judgement_hidden_from
from audit_app.audits.copies import copy_of
from audit_app.extensions import db
from audit_app.models import (
    Alert,
    Audit,
    Escalation,
    EscalationCause,
    EscalationEntry,
    JudgementRow,
    ModerationCycle,
    ModerationDraw,
    RoleGrant,
    Submission,
    Summary,
    remember,
)
from audit_app.models.escalation import EntryKind
from audit_app.rules.alert_steps import AlertState
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.permissions import Role
from audit_app.rules.sampling import DrawnBecause
from audit_app.rules.summary_periods import quarter_of
from audit_app.summaries.changes import start
from audit_app.web.downloads import WORKBOOK
from tests.alerts.alerts_to_try import draft, issued
from tests.browser_page import PageClient
from tests.people import World

#: What only the auditor's judgement explains; it must be in no answer at all.
TELLING = ("telling rationale", "telling reason", "telling lesson", "telling quote")

#: Lists and figures that take a judgement, or could be narrowed to one audit.
NARROWED = (
    *(f"/insight/explore?split=team&measure={each.value}" for each in Judgement),
    "/insight/explore?split=thread&measure=actions",
    "/insight/explore?split=team&measure=actions_closed",
    "/audits/?sort=judgement&order=asc",
    "/audits/?sort=judgement&order=desc",
    "/audits/?sort=state",
    *(f"/audits/?judgement={each.value}" for each in Judgement),
    *(f"/audits/?judgement={each.value}&basis=audited" for each in Judgement),
    *(f"/audits/?judgement={each.value}&thread=plan" for each in Judgement),
    *(
        f"/insight/distribution{ending}?by={by}&from=1/10/2026&to=31/10/2026{more}"
        for ending in ("", ".csv", ".json", ".xlsx")
        for by in ("month", "calendar-year")
        for more in ("", "&thread=plan", "&basis=audited", "&team=2")
    ),
)


#: In a story: one more each time that Bob asks for everything, which is no news to him.
_OWN_PRINT = (
    r'<li class="app-timeline__item">\s*<p class="app-timeline__date">[^<]*</p>\s*'
    r'<p class="app-timeline__sentence">Bob printed the audit\.</p>\s*</li>\s*'
)


def blind_audit(world: World, state: AuditState = AuditState.SUBMITTED) -> Audit:
    """An audit that waits for Bob to moderate it blind, among others that are moderated."""
    for overall in SCALE:
        world.recorded_audit(overall, state=AuditState.COMPLETE)
    cycle = ModerationCycle(
        name="Blind",
        starts_on=date.today() - timedelta(days=9),
        blind=True,
        every_inadequate=True,
        every_outstanding=True,
        random_percent=100,
        seed="a seed",
        days_allowed=10,
        resolved_by=Role.PRACTICE_LEAD,
    )
    audit = world.recorded_audit(state=state)
    audit.reference = "BLND-2345"
    audit.blind = True
    audit.rationale, audit.overall_reason = TELLING[:2]
    audit.good_practice_note, audit.good_practice_quote = TELLING[2:]
    audit.draw = ModerationDraw(
        cycle=cycle,
        number=1,
        moderator_id=world.bob.id,
        due_on=date.today(),
        chosen_because=DrawnBecause.RANDOM,
    )
    audit.submissions.append(Submission(number=1, answers={}))
    remember(db.session, world.alice, "submitted", "audit", audit.reference)
    # Who is not told of an escalation may not be told who was, either.
    world.hester.grants.append(RoleGrant(role=Role.MODERATOR))
    db.session.commit()
    return audit


def with_alerts(world: World) -> None:
    """Let an alert that was issued, and one that is being written, rest on every audit there is."""
    days: dict[str, Any] = {"evidence_from": date(2026, 10, 1), "evidence_to": date(2026, 10, 31)}
    judged: dict[str, Any] = {"evidence_judgements": [each.value for each in SCALE]}
    issued(world, **days, **judged)
    draft(world.carol, **days, **judged)


def judge_as(audit: Audit, judgement: Judgement) -> None:
    """Let everything the auditor said stand as if they had judged the practice like this."""
    why = {
        Judgement.INADEQUATE: DrawnBecause.INADEQUATE,
        Judgement.OUTSTANDING: DrawnBecause.OUTSTANDING,
    }.get(judgement, DrawnBecause.RANDOM)
    audit.overall = audit.final_overall = judgement
    audit.good_practice = judgement is Judgement.OUTSTANDING
    for finding in audit.findings:
        finding.judgement = finding.final_judgement = judgement
    assert audit.draw is not None
    audit.draw.judgement, audit.draw.chosen_because = judgement, why
    audit.submissions[0].answers = copy_of(audit)
    db.session.execute(
        update(JudgementRow)
        .where(JudgementRow.audit_id == audit.id)
        .values(judgement=judgement)
        .execution_options(synchronize_session=False)
    )
    for table in (EscalationEntry, Escalation):
        db.session.execute(delete(table))
    if judgement is Judgement.INADEQUATE:
        clock = Escalation(audit_id=audit.id, cause=EscalationCause.INADEQUATE, due_on=date.today())
        clock.entries = [EscalationEntry(kind=EntryKind.STARTED, by_id=audit.auditor_id)]
        db.session.add(clock)
    for alert in db.session.scalars(db.select(Alert).where(Alert.state == AlertState.ISSUED)):
        alert.evidence = sheet_now(alert, date.today(), issued_by="Cora").frozen()
    db.session.commit()
    db.session.expire_all()


def everything_sent_to(web: PageClient, app: Flask, audit: Audit) -> dict[str, str]:
    """Every answer to every address that names no record, or this one, as text by address.

    Its cycle and the alerts are named too.
    """
    answers = {address: _plain(web.request("GET", address)) for address in _addresses(app, audit)}
    token = {"csrf_token": web.get("/audits/").csrf}
    for address, typed in (
        ("/audits/find", {"case_reference": audit.case_reference}),
        # Forms that lack what they need are shown again with what is wrong.
        (f"/moderation/{audit.reference}", {}),
        (f"/moderation/{audit.reference}", {"overall": "good"}),
        (f"/moderation/{audit.reference}/return", {}),
    ):
        answers[f"POST {address} {typed}"] = _plain(web.request("POST", address, token | typed))
    return answers


def _addresses(app: Flask, audit: Audit) -> Iterator[str]:
    assert audit.draw is not None
    summaries = list(db.session.scalars(db.select(Summary.reference)))
    alerts = list(db.session.scalars(db.select(Alert.reference).order_by(Alert.id)))
    of_room = {
        "moderation.cycles": [audit.draw.cycle.reference],
        "alerts": alerts,
        "insight.effects": alerts,
        "summaries": summaries,
        "summaries.commentary": summaries,
    }
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.arguments <= {"reference", "number"}:
            continue
        room = rule.endpoint.rpartition(".")[0]
        if room == "prints":
            # It lists what was fetched until now, which is more at each address.
            continue
        asked = of_room.get(room, [audit.reference]) if rule.arguments else [""]
        for reference in asked:
            known = {"reference": reference, "number": "1"}
            _, address = rule.build({name: known[name] for name in rule.arguments}) or ("", "")
            yield address
    yield from NARROWED


def _plain(response: TestResponse) -> str:
    """What a person could read in an answer, without tokens and the time."""
    read = {"application/pdf": _read_pdf, WORKBOOK: _read_workbook}.get(
        response.mimetype or "", _read
    )
    said = f"{response.status_code} {response.location or ''}\n{read(response)}"
    for varies in (
        r'name="(csrf_token|once_token)" value="[^"]*"',
        r'data-seconds-left="\d+"|"seconds_left": ?\d+',
        # In the style of a document as well, where signs are written as their numbers.
        r"\b\d{1,2}(:|\\3a )\d\d(am|pm)",
        r'name="dcterms.created" content="[^"]*"',
        # Every print has a reference of its own.
        r"Reference\s+\w{4}(-|\\2d )\s*\w{4}",
        _OWN_PRINT,
    ):
        said = re.sub(varies, "", said)
    # On paper, lines break where the reference was.
    return " ".join(said.split()) if response.mimetype == "application/pdf" else said


def _read(response: TestResponse) -> str:
    return response.get_data(as_text=True)


def _read_pdf(response: TestResponse) -> str:
    pages = pypdf.PdfReader(io.BytesIO(response.data)).pages
    return "".join(page.extract_text() for page in pages)


def _read_workbook(response: TestResponse) -> str:
    book = openpyxl.load_workbook(io.BytesIO(response.data))
    return str([[cell.value for row in sheet for cell in row] for sheet in book])


def _first(one: dict[str, str], other: dict[str, str], different: list[str]) -> list[str]:
    """The lines in which the first of the answers that differ do so."""
    address = different[0]
    return list(difflib.unified_diff(one[address].splitlines(), other[address].splitlines(), n=0))


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("state", "more", "otherwise"),
    [
        (AuditState.SUBMITTED, (), (Judgement.INADEQUATE, Judgement.OUTSTANDING)),
        (AuditState.RETURNED, (), (Judgement.INADEQUATE, Judgement.OUTSTANDING)),
        (AuditState.SUBMITTED, (Role.PRACTICE_LEAD, Role.DCS_OFFICE), (Judgement.INADEQUATE,)),
    ],
)
def test_nothing_a_blind_moderator_is_sent_depends_on_the_auditors_judgement(
    app: Flask,
    web: PageClient,
    world: World,
    state: AuditState,
    more: tuple[Role, ...],
    otherwise: tuple[Judgement, ...],
) -> None:
    """Whatever else they are, such as the practice lead who draws the sample and writes alerts."""
    audit = blind_audit(world, state)
    if more:
        with_alerts(world)
        # A summary that is being written is of every audit there is.
        start(world.carol, quarter_of(date(2026, 10, 5)), None)
        world.bob.grants += [RoleGrant(role=role) for role in more]
        db.session.commit()
    web.sign_in(world.bob)
    judge_as(audit, Judgement.GOOD)
    first = everything_sent_to(web, app, audit)
    for judgement in otherwise:
        judge_as(audit, judgement)
        second = everything_sent_to(web, app, audit)
        assert first.keys() == second.keys()
        different = [address for address in first if first[address] != second[address]]
        assert different == [], f"{judgement.label} shows: {_first(first, second, different)}"
    telling = [(a, t) for a, said in first.items() for t in TELLING if t in said]
    assert telling == []
    assert first[f"/moderation/{audit.reference}"].startswith(
        "200" if state is AuditState.SUBMITTED else ("3", "4")
    )


def test_the_same_search_finds_the_judgement_where_moderation_is_open(
    app: Flask, web: PageClient, world: World
) -> None:
    """Otherwise the search above would prove nothing."""
    audit = blind_audit(world)
    audit.blind = False
    db.session.commit()
    web.sign_in(world.bob)
    judge_as(audit, Judgement.GOOD)
    first = everything_sent_to(web, app, audit)
    judge_as(audit, Judgement.INADEQUATE)
    second = everything_sent_to(web, app, audit)
    for address in (f"/audits/{audit.reference}", f"/moderation/{audit.reference}", "/audits/",
                    "/audits/?judgement=good"):  # fmt: skip
        assert first[address] != second[address]


def test_the_auditor_and_the_practice_lead_see_the_judgement_all_along(
    app: Flask, web: PageClient, world: World
) -> None:
    audit = blind_audit(world)
    judge_as(audit, Judgement.INADEQUATE)
    for person in (world.alice, world.carol):
        web.sign_out()
        web.sign_in(person)
        assert "telling rationale" in web.get(f"/audits/{audit.reference}").text


def test_a_moderators_figures_say_what_they_leave_out(
    app: Flask, web: PageClient, world: World
) -> None:
    blind_audit(world)
    web.sign_in(world.bob)
    note = "1 audit waits for a blind moderation and cannot be in the figures you see."
    assert note in web.get("/").text
    assert note in web.get("/insight/distribution").text
    web.sign_out()
    web.sign_in(world.carol)
    assert "blind moderation and cannot" not in web.get("/insight/distribution").text


def test_the_row_rule_and_the_record_rule_are_the_same(app: Flask, world: World) -> None:
    audit = blind_audit(world)
    people = (world.alice, world.bob, world.carol, world.dan, world.priya, world.mallory)
    for state in AuditState:
        audit.state = state
        db.session.flush()
        for person in people:
            wanted = db.select(Audit.id).where(Audit.id == audit.id, judgement_hidden_from(person))
            assert (db.session.scalar(wanted) is not None) is audit.hides_judgement_from(person)


def test_a_lead_who_moderates_reads_the_draw_once_nothing_waits_blind(
    web: PageClient, world: World
) -> None:
    audit = blind_audit(world)
    judge_as(audit, Judgement.INADEQUATE)
    assert audit.draw is not None
    cycle, page = audit.draw.cycle, f"/moderation/cycles/{audit.draw.cycle.reference}"
    world.bob.grants.append(RoleGrant(role=Role.PRACTICE_LEAD))
    db.session.commit()
    web.sign_in(world.bob)
    assert "1 audit waits for a blind moderation that you might do." in web.get(page).text
    assert "the draw is not replayed for you" in web.get(f"{page}/replay").text
    audit.state = AuditState.ACCEPTED
    db.session.commit()
    shown = web.get(page).text
    assert "Chosen: judged Inadequate 1" in shown
    # The next audit drawn under it could be worked out from the seed.
    assert cycle.seed not in shown
    cycle.blind = False
    db.session.commit()
    assert cycle.seed in web.get(page).text
    assert "came out" in web.get(f"{page}/replay").text
