"""Nobody finds, by words or by number, what they may not read; drafts least of all."""

from __future__ import annotations

import re
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update

from audit_app.extensions import db
from audit_app.insight.searching import LABELS, Search, find
from audit_app.models import (
    Audit,
    HistoryEvent,
    OversightStatement,
    Passage,
    Theme,
    User,
    keep_passages,
)
from audit_app.moderation.changes import moderate, return_for_evidence
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.word_search import Unsearchable, read_terms
from audit_app.web.filters import AuditFilter
from tests.audits import lives
from tests.browser_page import PageClient
from tests.insight.passages import expected, held
from tests.people import World
from tests.recording import record_everything
from tests.statements import given_to, statements
from tests.transfer.audit_files import MODERATED, csv_file, run_import
from tests.transfer.audit_files import audit as row

WORDS = "/insight/words"


def written(world: World, words: str = "", **changes: object) -> Audit:
    """A recorded audit that says something about its first thread, ready to be found."""
    audit = world.recorded_audit(**changes)  # type: ignore[arg-type]
    if words:
        audit.findings[0].evidence = words
    keep_passages(db.session, [audit.id])
    db.session.commit()
    return audit


def found(user: User, typed: str, of: AuditFilter | None = None) -> list[str]:
    """What a person finds, by reference; the number they are told is checked beside it."""
    search = Search(read_terms(typed), of or AuditFilter())
    paging, audits = find(user, search, 1)
    assert paging.found == len(audits)
    return [audit.reference for audit in audits]


def marked(user: User, typed: str, thread: str | None = None) -> list[str]:
    """The parts a person is shown, with brackets around what is marked in them."""
    search = Search(read_terms(typed), AuditFilter(thread=thread))
    return [
        "".join(f"[{piece.text}]" if piece.hit else piece.text for piece in part.pieces)
        for audit in find(user, search, 1)[1]
        for each in audit.texts
        for part in each.excerpts
    ]


EVIDENCE = "The child’s plan was co-produced — no drift, nobody delayed it. Neglect; not at risk."


def test_words_are_found_by_their_stem_and_phrases_where_they_stand_together(world: World) -> None:
    written(world, EVIDENCE)
    for typed, marks in {
        "drifting": ["drift"],
        "DELAY": ["delayed"],
        "child's plan": ["child’s", "plan"],
        "“co produced”": ["co-produced"],
        "“not at risk”": ["not at risk"],
        '"no drift"': ["no drift"],
        "drift neglect": ["drift", "Neglect"],
    }.items():
        (part,) = marked(world.carol, typed, "chronology")
        shown = EVIDENCE
        for mark in marks:
            shown = shown.replace(mark, f"[{mark}]")
        assert part == shown, typed
    for typed in ("zebra", "drift zebra", '"drift neglect"', "“at not risk”", "drif"):
        assert found(world.carol, typed) == [], typed


def test_every_word_must_stand_in_one_answer(world: World) -> None:
    audit = world.recorded_audit()
    audit.findings[0].evidence, audit.findings[1].evidence = "Drift.", "Neglect."
    keep_passages(db.session, [audit.id])
    db.session.commit()
    assert found(world.carol, "drift") == found(world.carol, "neglect") == [audit.reference]
    assert found(world.carol, "drift neglect") == []


@given(st.text(max_size=40) | st.text(alphabet="\"'*():^-+{}&|!<>\\ aNEAR", max_size=25))
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_that_is_typed_is_an_error(world: World, typed: str) -> None:
    if "\x00" in typed or any("\ud800" <= letter <= "\udfff" for letter in typed):
        return
    try:
        terms = read_terms(typed)
    except Unsearchable:
        return
    find(world.carol, Search(terms, AuditFilter()), 1)


def test_everybody_finds_exactly_what_they_may_read(web: PageClient, world: World) -> None:
    audits = [
        written(world, "Drift.", auditor=auditor, team=team, worker=worker, state=state)
        for auditor, team, worker, state in (
            (world.alice, world.south, "E1006", AuditState.COMPLETE),
            (world.mallory, world.north, "E1006", AuditState.MODERATED),
            (world.carol, world.fostering, "E9999", AuditState.SUBMITTED),
            (world.bob, world.north, "E9998", AuditState.DISPUTED),
        )
    ]
    for user in (world.alice, world.bob, world.carol, world.priya, world.mallory, world.hester):
        web.sign_in(user)
        readable = {
            audit.reference
            for audit in audits
            if web.request("GET", f"/audits/{audit.reference}").status_code == 200
        }
        assert set(found(user, "drift")) == readable, user.name
        assert readable, user.name
        web.sign_out()
    assert set(found(world.mallory, "drift")) < {each.reference for each in audits}
    for user in (world.dan, world.adam):
        web.sign_in(user)
        web.get(WORDS, status=403)
        web.post(WORDS, {"csrf_token": web.get("/").csrf, "words": "drift"}, status=403)
        web.sign_out()


def test_no_draft_and_nothing_that_is_written_again_is_found(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    check = record_everything(web, world)
    everybody = (world.alice, world.bob, world.carol, world.priya, world.mallory)
    assert [found(user, "“Missed meetings”") for user in everybody] == [[]] * 5
    web.send(check, "Submit the audit")
    audit = db.session.scalars(select(Audit)).one()
    mine = [audit.reference]
    assert [found(user, "“Missed meetings”") for user in everybody] == [mine] * 5
    audit.state = AuditState.SUBMITTED
    db.session.commit()
    return_for_evidence(world.bob, audit, "When was he seen?", len(audit.submissions))
    db.session.commit()
    tasks = web.get(f"/audits/{audit.reference}")
    thread = web.get(tasks.links()["Impact chronology"])
    web.send(thread, "Save and continue", worried_about="A zebra was seen.", evidence="Zebras.")
    assert [found(user, "zebra") for user in everybody] == [[]] * 5
    assert [found(user, "“Missed meetings”") for user in everybody] == [mine] * 5
    assert db.session.scalar(select(Passage.id).where(Passage.text.contains("ebra"))) is None
    check = web.get(f"/audits/{audit.reference}/check")
    web.send(check, "Submit the audit", reply="On 3 March.")
    assert [found(user, "zebra") for user in everybody] == [mine] * 5
    (thread_id,) = {each.thread_id for each in audit.findings if each.evidence == "Zebras."}
    of_thread = select(Passage.text).where(Passage.thread_id == thread_id)
    assert "Missed meetings." not in db.session.scalars(of_thread).all()


def test_who_may_yet_judge_blind_learns_nothing_of_the_judgement(
    web: PageClient, world: World
) -> None:
    audit = lives.submitted(world, Judgement.OUTSTANDING, blind=True)
    audit.rationale, audit.overall_reason = "A telling rationale.", "A telling reason."
    audit.good_practice, audit.good_practice_note = True, "A telling note."
    audit.good_practice_quote = "A telling quote."
    keep_passages(db.session, [audit.id])
    db.session.commit()
    assert found(world.bob, "telling") == []
    assert found(world.alice, "telling") == found(world.carol, "telling") == [audit.reference]
    web.sign_in(world.bob)
    page = web.send(web.get(WORDS), "Search", words="evidence")
    assert audit.reference in page.text
    assert Judgement.OUTSTANDING.label not in page.text
    before = page.text
    db.session.execute(update(Audit).values(final_overall=Judgement.GOOD, overall=Judgement.GOOD))
    db.session.commit()
    assert web.send(web.get(WORDS), "Search", words="evidence").text == before
    audit.state = AuditState.MODERATED
    db.session.commit()
    assert found(world.bob, "telling") == [audit.reference]


def test_an_answer_the_page_does_not_show_is_not_found(world: World) -> None:
    audit = world.recorded_audit()
    audit.safeguarding_concern, audit.concern_what = False, "A bruise."
    audit.good_practice, audit.good_practice_note = None, "A bruise that was seen."
    keep_passages(db.session, [audit.id])
    db.session.commit()
    assert found(world.carol, "bruise") == []
    audit.safeguarding_concern = True
    keep_passages(db.session, [audit.id])
    assert marked(world.carol, "bruise") == ["A [bruise]."]


def test_no_word_is_kept_and_every_audit_shown_is_written_down(
    web: PageClient, world: World
) -> None:
    audit, other = written(world, "Drift and delay."), written(world, "Drift.", team=world.north)
    web.sign_in(world.mallory)
    page = web.send(web.get(WORDS), "Search", words="drift")
    assert page.response.request.full_path.rstrip("?") == WORDS
    assert audit.reference in page.text
    assert other.reference not in page.text
    assert [mark.get_text() for mark in page.html.find_all("mark")] == ["Drift"]
    events = db.session.scalars(
        select(HistoryEvent)
        .where(HistoryEvent.user_id == world.mallory.id, ~HistoryEvent.verb.startswith("read"))
        .order_by(HistoryEvent.id)
    ).all()
    assert [(each.verb, each.record_type, each.record_reference) for each in events[-2:]] == [
        ("searched for words", "search", "1 found"),
        ("was shown words of it", "audit", audit.reference),
    ]
    assert "Mallory searched for words" in web.get(f"/audits/{audit.reference}/story").text
    assert web.get(f"{WORDS}?words=drift&team=1").fields("Search")["words"] == ""
    before = len(events)
    web.send(web.get(WORDS), "Search", words="zebra")
    (last,) = db.session.scalars(
        select(HistoryEvent)
        .where(HistoryEvent.user_id == world.mallory.id, ~HistoryEvent.verb.startswith("read"))
        .order_by(HistoryEvent.id)
        .offset(before)
    ).all()
    assert (last.verb, last.record_reference) == ("searched for words", "0 found")


@pytest.mark.sqlite_only
def test_where_to_look_is_chosen_as_for_the_tables(web: PageClient, world: World) -> None:
    theme = Theme(name="Neglect")
    south, north = written(world, "Drift."), written(world, "Drift.", team=world.north)
    south.themes = [theme]
    south.findings[1].evidence = "Delay."
    keep_passages(db.session, [south.id])
    db.session.commit()
    for of, references in (
        (AuditFilter(team=world.south.id), [south.reference]),
        (AuditFilter(team=world.north.id), [north.reference]),
        (AuditFilter(theme=theme.id), [south.reference]),
        (AuditFilter(thread="plan"), []),
        (AuditFilter(thread="chronology", theme=theme.id), [south.reference]),
    ):
        assert found(world.carol, "drift", of) == references
    assert found(world.carol, "delay", AuditFilter(thread="plan")) == [south.reference]
    web.sign_in(world.carol)
    page = web.send(web.get(WORDS), "Search", words="drift", theme=str(theme.id))
    assert "1 audit" in page.text
    assert page.fields("Search")["theme"] == str(theme.id)
    web.send(web.get(WORDS), "Search", status=400, words="drift", to="nonsense")
    page = web.send(web.get(WORDS), "Search", status=400, words="  ", theme=str(theme.id))
    assert page.errors == ["Enter a word to look for"]
    assert page.fields("Search")["theme"] == str(theme.id)


@pytest.mark.sqlite_only
def test_a_long_list_is_paged_at_the_same_cost(web: PageClient, world: World) -> None:
    audits = [written(world, "Drift.") for _ in range(3)]
    web.sign_in(world.carol)
    few = _statements(web)
    audits += [written(world, "Drift.") for _ in range(22)]
    many = _statements(web)
    assert len(few) == len(many)
    first = web.send(web.get(WORDS), "Search", words="drift")
    second = web.send(first, "Next page")
    shown = [link for page in (first, second) for link in page.links() if "Audit " in link]
    assert len(shown) == len(set(shown)) == len(audits)
    assert "Page 2 of 2" in second.text
    assert "Next page" not in second.text


def _statements(web: PageClient) -> list[str]:
    form = web.get(WORDS)
    with statements() as said:
        web.send(form, "Search", words="drift")
    return said


def test_an_imported_audit_is_found_by_its_moderators_note(
    app: Flask, world: World, tmp_path: Path
) -> None:
    file = csv_file([row(**MODERATED), row("1000002")])
    assert run_import(app, tmp_path, file).exit_code == 0
    assert marked(world.carol, "impact points") == [
        "The evidence of [impact] [points] lower.",
    ]


def test_what_a_moderator_notes_is_found_from_then_on(web: PageClient, world: World) -> None:
    audit = lives.submitted(world)
    keep_passages(db.session, [audit.id])
    db.session.commit()
    assert found(world.alice, "gentle") == []
    values = {"overall": Judgement.GOOD, "overall_reason": None, "practice_note": "Gentle work."}
    values |= {"audit_quality_note": "A gentle auditor."}
    moderate(world.bob, audit, {}, values, {}, len(audit.submissions))
    db.session.commit()
    assert marked(world.alice, "gentle") == ["[Gentle] work."]


def test_what_is_deleted_is_found_no_more(world: World) -> None:
    audit = written(world, "Drift.")
    db.session.execute(delete(Passage).where(Passage.audit_id == audit.id))
    db.session.commit()
    assert found(world.carol, "drift") == []
    if db.engine.dialect.name == "sqlite":
        check = "INSERT INTO passage_words (passage_words) VALUES ('integrity-check')"
        db.session.execute(text(check))


def test_a_database_from_before_is_searched_like_one_filled_since(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for life in (lives.returned, lives.moderated, lives.imported):
        audit = life(world)
        audit.oversight = audit.oversight or OversightStatement(issue="Drift.")
    world.recorded_audit(state=AuditState.DRAFT)
    db.session.commit()
    wanted = {each for audit in db.session.scalars(select(Audit)) for each in expected(audit)}
    carol = world.carol.id
    db.session.remove()
    monkeypatch.setenv("MIGRATION_MAY_LOSE_ROWS", "1")
    flask_migrate.downgrade(revision="0008")
    flask_migrate.upgrade(revision="0009")
    assert held() == wanted
    assert len(wanted) > 20
    assert not [each for each in wanted if "Half written" in each[3]]
    db.session.remove()
    flask_migrate.upgrade()
    assert not found(db.session.get_one(User, carol), "“half written”")
    assert {each[2] for each in wanted} <= set(LABELS)


def test_copying_an_audit_goes_through_no_other_however_many_there_are(world: World) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by the size of its tables")
    audit = world.recorded_audit()
    _let_there_seem_to_be_many()
    with statements() as sent:
        keep_passages(db.session, [audit.id])
    (copying,) = [each for each in sent if "INSERT INTO passages" in each]
    steps = [
        row[-1]
        for row in db.session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {copying}", given_to(copying)
        )
    ]
    assert any(step.startswith("SEARCH audits") for step in steps)
    assert not [step for step in steps if re.match("SCAN (audits|findings|moderations)", step)]


def _let_there_seem_to_be_many() -> None:
    """Have SQLite choose as where each table holds a hundred thousand, found by its indexes."""
    for statement in (
        "ANALYZE",
        "UPDATE sqlite_stat1 SET stat = '100000' || substr(stat, instr(stat || ' ', ' '))",
        "ANALYZE sqlite_schema",
    ):
        db.session.execute(text(statement))
    db.session.commit()
