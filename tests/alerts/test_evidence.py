"""The evidence: counted from the audits, the same on screen and paper, frozen at issue."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from audit_app.alerts import changes
from audit_app.alerts.evidence import evidence_of
from audit_app.alerts.queries import sheet_of
from audit_app.extensions import db
from audit_app.models import Alert, Audit, Finding
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from tests.alerts.alerts_to_try import TODAY, draft, issue, issued, submitted
from tests.browser_page import PageClient
from tests.people import World
from tests.statements import statements

GOOD, RI = Judgement.GOOD, Judgement.REQUIRES_IMPROVEMENT
INADEQUATE, NOT_ENOUGH = Judgement.INADEQUATE, Judgement.NOT_ENOUGH_EVIDENCE
IN = date(2026, 8, 14)


def audits(world: World, number: int, overall: Judgement, **how: object) -> list[Audit]:
    return [world.recorded_audit(overall, **({"on": IN} | how)) for _ in range(number)]  # type: ignore[arg-type]


def lines(alert: Alert) -> dict[str, tuple[int, tuple[str, ...], str]]:
    table = evidence_of(alert, TODAY)
    return {line.name: (line.judged, line.texts, line.together_text) for line in table.lines}


def test_each_thread_has_its_count_and_percent_of_those_judged(world: World) -> None:
    audits(world, 5, GOOD)
    audits(world, 9, RI, threads=INADEQUATE)
    audits(world, 2, INADEQUATE, threads=RI)
    assert lines(draft(world.carol)) == {
        "Overall judgement": (16, ("9 (56%)", "2 (13%)"), "11 (69%)"),
        "Child’s voice and direct work": (16, ("2 (13%)", "9 (56%)"), "11 (69%)"),
    }


def test_halves_are_rounded_up(world: World) -> None:
    audits(world, 35, GOOD)
    audits(world, 5, INADEQUATE)
    assert lines(draft(world.carol))["Overall judgement"][1] == ("0 (0%)", "5 (13%)")


def test_not_enough_evidence_is_in_no_total_and_is_said(world: World) -> None:
    audits(world, 10, GOOD)
    for audit in audits(world, 3, GOOD):
        voice = next(each for each in audit.findings if each.thread.code == "voice")
        voice.judgement = voice.final_judgement = NOT_ENOUGH
    db.session.commit()
    alert = draft(world.carol)
    assert lines(alert)["Child’s voice and direct work"][0] == 10
    assert evidence_of(alert, TODAY).audits == 13
    (note,) = evidence_of(alert, TODAY).notes
    assert note.endswith("in no total or percentage: 3 for Child’s voice and direct work.")


def test_few_audits_show_counts_and_no_percentages(world: World) -> None:
    audits(world, 7, GOOD)
    audits(world, 2, INADEQUATE)
    alert = draft(world.carol)
    assert lines(alert)["Overall judgement"] == (9, ("0", "2"), "2")
    assert "Counts only where fewer than 10 audits were judged." in evidence_of(alert, TODAY).notes


def test_only_recorded_audits_of_the_chosen_days_count_both_days_included(world: World) -> None:
    for day in (date(2026, 7, 1), date(2026, 9, 30)):
        audits(world, 1, INADEQUATE, on=day)
    for day in (date(2026, 6, 30), date(2026, 10, 1)):
        audits(world, 1, INADEQUATE, on=day)
    for state in (AuditState.DRAFT, AuditState.DISCARDED):
        audits(world, 1, INADEQUATE, state=state)
    for state in (AuditState.MODERATED, AuditState.COMPLETE):
        audits(world, 1, INADEQUATE, state=state)
    assert evidence_of(draft(world.carol), TODAY).audits == 4


def test_the_moderated_judgement_counts(world: World) -> None:
    audit = audits(world, 1, GOOD)[0]
    audit.state, audit.final_overall = AuditState.MODERATED, INADEQUATE
    db.session.commit()
    assert lines(draft(world.carol))["Overall judgement"] == (1, ("0", "1"), "1")


def test_the_evidence_is_two_queries_over_the_audits_however_many_there_are(
    world: World,
) -> None:
    audits(world, 12, GOOD)
    alert = draft(world.carol)
    db.session.refresh(alert)
    with statements() as asked:
        evidence_of(alert, TODAY)
    assert len([each for each in asked if "FROM audits" in each]) == 2
    assert len(asked) <= 3


def test_the_writer_sees_the_table_beside_the_texts(web: PageClient, world: World) -> None:
    audits(world, 12, INADEQUATE)
    alert = draft(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}/edit")
    assert page.tables == [
        [
            [
                "Judged on", "Audits judged", "Requires Improvement to be Good", "Inadequate",
                "Together",
            ],
            ["Overall judgement", "12", "0 (0%)", "12 (100%)", "12 (100%)"],
            ["Child’s voice and direct work", "12", "0 (0%)", "12 (100%)", "12 (100%)"],
        ]
    ]  # fmt: skip


def test_a_period_without_audits_says_so(web: PageClient, world: World) -> None:
    alert = draft(world.carol)
    web.sign_in(world.carol)
    page = web.get(f"/alerts/{alert.reference}/edit")
    assert page.tables == []
    assert "No audits can be counted on these days." in page.text


def test_few_audits_warn_the_writer_and_the_approver_that_a_case_may_be_recognised(
    web: PageClient, world: World
) -> None:
    audits(world, 2, INADEQUATE)
    alert = submitted(world.carol)
    for user in (world.carol, world.dan):
        web.sign_out()
        web.sign_in(user)
        assert "Only 2 audits" in web.get(f"/alerts/{alert.reference}").text


def test_no_page_or_paper_names_a_case_a_worker_or_an_auditor(
    web: PageClient, world: World
) -> None:
    audits(world, 12, INADEQUATE, case="CASE77777", worker="E1006")
    alert = issued(world)
    web.sign_in(world.priya)
    seen = web.get(f"/alerts/{alert.reference}").text + paper(web, alert)
    for word in ("CASE77777", "E1006", "Alice", "Priya"):
        assert word not in seen


def test_every_figure_on_paper_is_the_one_counted(web: PageClient, world: World) -> None:
    audits(world, 23, GOOD)
    audits(world, 17, RI)
    audits(world, 3, INADEQUATE)
    alert = issued(world)
    web.sign_in(world.priya)
    table = sheet_of(alert, TODAY).evidence
    printed = paper(web, alert)
    assert f"{table.audits} audits" in printed
    for line in table.lines:
        row = " ".join([line.name, str(line.judged), *line.texts, line.together_text])
        assert row in printed
    assert lines(alert) == {
        line.name: (line.judged, line.texts, line.together_text) for line in table.lines
    }
    shown = web.get(f"/alerts/{alert.reference}").tables[0]
    assert [row[1:] for row in shown[1:]] == [
        [str(line.judged), *line.texts, line.together_text] for line in table.lines
    ]


def paper(web: PageClient, alert: Alert) -> str:
    response = web.get(f"/alerts/{alert.reference}.pdf").response
    pages = PdfReader(BytesIO(response.data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_what_was_issued_stays_as_it_was_whatever_happens_to_audits_and_settings(
    web: PageClient, world: World
) -> None:
    audits(world, 12, GOOD)
    alert = issued(world)
    web.sign_in(world.priya)
    page, printed = web.get(f"/alerts/{alert.reference}").text, paper(web, alert)

    audits(world, 5, INADEQUATE)
    for finding in db.session.query(Finding):
        finding.final_judgement = INADEQUATE
    world.dan.name = "Somebody Else"
    alert.title = "Changed behind its back"
    db.session.commit()

    assert web.get(f"/alerts/{alert.reference}").text == page
    assert paper(web, alert) == printed
    assert "12 audits" in printed


def test_the_figures_are_those_of_the_day_of_issue(world: World) -> None:
    audits(world, 12, GOOD)
    alert = submitted(world.carol)
    changes.approve(world.dan, alert, alert.version, TODAY)
    db.session.commit()
    audits(world, 1, INADEQUATE)
    issue(world.cora, alert, alert.version, TODAY)
    db.session.commit()
    assert sheet_of(alert, TODAY).evidence.audits == 13


@pytest.mark.parametrize(
    ("chosen", "together"),
    [(["inadequate"], False), (["good", "inadequate"], True), ([*map(str, Judgement)][:4], False)],
)
def test_a_sum_is_shown_where_it_says_more_than_one_judgement_or_all(
    world: World, chosen: list[str], together: bool
) -> None:
    audits(world, 12, GOOD)
    table = evidence_of(draft(world.carol, evidence_judgements=chosen), TODAY)
    assert table.shows_together is together


def test_no_figure_counts_what_waits_for_a_blind_moderation_and_the_notes_say_so(
    world: World,
) -> None:
    audits(world, 4, GOOD)
    waiting = audits(world, 2, INADEQUATE)
    for audit in waiting:
        audit.blind = True
    waiting[1].state = AuditState.RETURNED
    db.session.commit()
    alert = issued(world)
    note = "2 more audits wait for a blind moderation, and no figure here counts them."
    frozen = sheet_of(alert, TODAY).evidence
    assert (frozen.audits, frozen.lines[0].counts, frozen.notes[0]) == (4, (0, 0), note)
    waiting[0].state = waiting[1].state = AuditState.ACCEPTED
    db.session.commit()
    later = evidence_of(draft(world.carol), TODAY)
    assert (later.audits, later.lines[0].counts) == (6, (0, 2))
    assert note not in later.notes
