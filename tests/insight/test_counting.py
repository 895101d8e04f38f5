"""Every count equals a slow recount of the rows, at the same cost however many rows there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_app.extensions import db
from audit_app.insight.asking import LATEST, Question
from audit_app.insight.queries import answer, this_quarter, year_on_year
from audit_app.rules.audit_steps import RECORDED_STATES, AuditState
from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.periods import PeriodKind
from audit_app.tallying.recount import count_all
from audit_app.web.filters import AuditFilter, Basis
from tests.browser_page import PageClient
from tests.insight.judged import Judged, insert_audits, published_audits, record, recount
from tests.people import World
from tests.statements import given_to, queries_of, statements

TODAY = date(2021, 11, 20)
DAYS = st.dates(date(2019, 11, 1), date(2021, 11, 20))
WORDS = st.sampled_from(SCALE)
ANY_WORD = st.sampled_from(Judgement)
JUDGED = st.builds(
    Judged,
    on=DAYS,
    overall=WORDS,
    moderated=st.none() | WORDS,
    thread=ANY_WORD,
    thread_moderated=st.none() | ANY_WORD,
    team=st.sampled_from((0, 1, 2)),
    state=st.sampled_from(AuditState),
    type=st.sampled_from((AuditType.FULL, AuditType.DIP_SAMPLE)),
    selection=st.none() | st.sampled_from((Selection.RANDOM, Selection.CONCERN)),
)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    first, last = draw(st.none() | DAYS), draw(st.none() | DAYS)
    if first and last and last < first:
        first, last = last, first
    of = AuditFilter(
        first=first,
        last=last,
        basis=draw(st.sampled_from(Basis)),
        thread=draw(st.sampled_from((None, "chronology"))),
        type=draw(st.sampled_from((None, AuditType.FULL))),
        selection=draw(st.sampled_from((None, Selection.RANDOM))),
    )
    return Question(draw(st.sampled_from(PeriodKind)), of)


@given(
    audits=st.lists(JUDGED, max_size=40), question=questions(), team=st.none() | st.integers(0, 2)
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_count_equals_a_slow_recount_on_both_bases(
    world: World, audits: list[Judged], question: Question, team: int | None
) -> None:
    teams = (world.south.id, world.north.id, world.fostering.id)
    if team is not None:
        question = replace(question, of=replace(question.of, team=teams[team]))
    insert_audits(world, audits)
    count_all(db.session.connection())
    found = answer(question, today=TODAY)
    db.session.rollback()
    counted = [each for each in audits if counts(each, question.of, team)]
    days = [(period.first, period.last) for period in found.spell.periods]
    columns = found.table.columns if found.table else ()
    assert [(list(each.counts), each.not_enough_evidence) for each in columns] == recount(
        counted, days, judgement_of(question.of)
    )
    if not found.spell.shortened:
        assert sum(sum(c.counts) + c.not_enough_evidence for c in columns) == len(counted)


def counts(audit: Judged, of: AuditFilter, team: int | None) -> bool:
    """Whether an audit is one of those asked for, part by part."""
    return (
        audit.state in RECORDED_STATES
        and team in (None, audit.team)
        and of.type in (None, audit.type)
        and of.selection in (None, audit.selection)
        and (of.first or audit.on) <= audit.on <= (of.last or audit.on)
    )


def judgement_of(of: AuditFilter) -> str:
    if of.thread:
        return "thread_final" if of.basis is Basis.FINAL else "thread_audited"
    return "final" if of.basis is Basis.FINAL else "audited"


def test_drafts_and_discarded_audits_are_in_no_figure(world: World) -> None:
    on = date(2021, 3, 1)
    record(world, [Judged(on, Judgement.GOOD, state=state) for state in AuditState])
    table = year_on_year(None).table
    assert table is not None
    assert [column.total for column in table.columns] == [len(RECORDED_STATES)]


def test_the_columns_begin_and_end_with_the_months_that_hold_audits(world: World) -> None:
    record(world, [Judged(day, Judgement.GOOD) for day in (date(2019, 9, 17), date(2021, 10, 4))])
    labels = [period.label for period in answer(Question()).spell.periods]
    assert labels == ["2019 (Sept – Dec)", "2020", "2021 (Jan – Oct)"]


def test_a_month_that_still_runs_is_covered_up_to_today(world: World) -> None:
    record(world, [Judged(date(2021, 10, 4), Judgement.GOOD)])
    spell = answer(Question(), today=date(2021, 10, 20)).spell
    assert [period.label for period in spell.periods] == ["2021 (1 – 20 Oct)"]


@pytest.mark.parametrize("by", [PeriodKind.QUARTER, PeriodKind.MONTH])
def test_without_dates_only_the_latest_quarters_or_months_are_shown(
    world: World, by: PeriodKind
) -> None:
    record(world, [Judged(date(year, 5, 5), Judgement.GOOD) for year in range(2015, 2022)])
    spell = answer(Question(by)).spell
    assert len(spell.periods) == LATEST[by]
    assert spell.shortened
    dated = answer(Question(by, AuditFilter(last=date(2021, 5, 31)))).spell
    assert dated.first == date(2015, 5, 1)
    assert not dated.shortened


def test_the_home_page_has_nothing_to_show_before_the_first_audit(world: World) -> None:
    assert year_on_year(None) is None
    this, last = this_quarter(None, date(2026, 11, 22))
    assert (this.audits, last.audits) == (0, 0)


def test_this_quarter_and_the_one_before_at_a_glance(world: World) -> None:
    today = date(2026, 11, 22)
    last_day = [Judged(date(2026, 9, 30), word) for word in (Judgement.GOOD, Judgement.INADEQUATE)]
    first_day = [Judged(date(2026, 10, 1), Judgement.INADEQUATE, Judgement.GOOD)]
    record(world, [*last_day, *first_day, Judged(date(2026, 6, 30), Judgement.GOOD)])
    this, last = this_quarter(None, today)
    assert (this.audits, this.good_or_better, this.inadequate) == (1, "1", 0)
    assert (last.audits, last.good_or_better, last.inadequate) == (2, "1", 1)
    assert last.label == "Q2 2026/27 (Jul – Sept 2026)"


def test_the_page_costs_as_many_queries_for_2000_audits_as_for_10(
    web: PageClient, world: World
) -> None:
    audits = published_audits()
    record(world, audits[::206])
    web.sign_in(world.carol)
    few = selects(web)
    record(world, [audit for n, audit in enumerate(audits) if n % 206])
    assert selects(web) == few
    assert len(few) <= 11


def selects(web: PageClient) -> list[str]:
    """The statements one opening of the page reads with."""
    return queries_of(web, "/insight/distribution?by=quarter&thread=chronology")


@pytest.mark.parametrize(
    ("of", "read"),
    [
        (AuditFilter(), "SEARCH tallies USING PRIMARY KEY"),
        (AuditFilter(thread="voice", team=1), "SEARCH tallies USING PRIMARY KEY"),
        (
            AuditFilter(team=1, type=AuditType.FULL),
            "USING COVERING INDEX ix_audits_counted_team_id",
        ),
        (AuditFilter(locality=1, type=AuditType.FULL), "USING COVERING INDEX ix_audits_counted"),
    ],
)
def test_judgements_are_counted_from_the_tally_or_from_an_index_alone(
    app: Flask, world: World, of: AuditFilter, read: str
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by the size of its tables")
    record(world, published_audits())
    with statements() as sent:
        answer(Question(of=of))
    plan = [
        row[-1]
        for each in sent
        if "GROUP BY" in each
        for row in db.session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {each}", given_to(each)
        )
    ]
    assert any(read in step for step in plan)
