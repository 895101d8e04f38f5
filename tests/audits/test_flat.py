"""The list of audits costs the same with 50,000 audits as with ten, and loses none of them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit_app.audits import lists
from audit_app.audits.queries import within_reach
from audit_app.extensions import db
from audit_app.models import Audit, User
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import SCALE
from audit_app.web.filters import AuditFilter
from audit_app.web.paging import Paging
from tests.bench.asking import reading
from tests.bench.made_up import LEAD, MANAGER, MODERATOR, PRACTITIONER

pytestmark = pytest.mark.slow

#: The session, who it is with their roles, the page, and what to filter by.
MOST = 4
READERS = pytest.mark.parametrize("email", [MANAGER, LEAD, MODERATOR, PRACTITIONER])
SORTED = [f"/audits/?sort={by}&order={order}" for by in lists.SORTS for order in ("asc", "desc")]


@READERS
def test_the_list_asks_as_much_of_50_000_audits_as_of_ten(
    few_and_many: tuple[Flask, Flask], email: str
) -> None:
    asked = []
    for app in few_and_many:
        with reading(app, email) as reader:
            asked.append([len(reader.questions(path)) for path in ("/audits/", *SORTED)])
    assert asked[0] == asked[1]
    assert max(asked[0]) <= MOST


@READERS
def test_no_page_of_the_list_reads_every_audit(
    few_and_many: tuple[Flask, Flask], email: str
) -> None:
    with reading(few_and_many[1], email) as reader:
        for path in ("/audits/", "/audits/?order=asc", "/audits/?page=20"):
            assert "audits" not in reader.read_whole(path), path


@pytest.mark.parametrize("sort", lists.SORTS)
def test_the_pages_together_hold_every_audit_once_and_in_order(
    few_and_many: tuple[Flask, Flask], sort: str
) -> None:
    """A manager comes to audits in three ways, and to some of them in two."""
    with reading(few_and_many[1], MANAGER) as reader:
        user = reader.user
        readable = db.session.scalars(select(Audit.reference).where(within_reach(user))).all()
        assert lists.count_audits(user, AuditFilter()) == len(readable) > 1_000
        for descending in (True, False):
            lines = _every_page(user, lists.Order(sort, descending), len(readable))
            assert sorted(line.reference for line in lines) == sorted(readable)
            keys = [_key(line, sort) for line in lines]
            assert keys == sorted(keys, reverse=descending)


def _every_page(user: User, order: lists.Order, found: int) -> list[lists.AuditLine]:
    pages = [Paging(found, page, per_page=150) for page in range(1, found // 150 + 2)]
    return [line for page in pages for line in lists.audit_lines(user, AuditFilter(), order, page)]


def _key(line: lists.AuditLine, sort: str) -> Any:
    """What the list is sorted by; what has none of it comes last when the least comes first."""
    if sort == "judgement":
        return SCALE.index(line.final_overall) if line.final_overall else len(SCALE)
    if sort == "date":
        return (line.audit_date is None, line.audit_date)
    return {"service": line.service, "team": line.team, "state": line.state.value}[sort]


def test_a_list_of_more_than_it_shows_says_so_and_where_it_ends(
    few_and_many: tuple[Flask, Flask],
) -> None:
    with reading(few_and_many[1], LEAD) as reader:
        assert "More than 10,000 audits, showing 1 to 25" in reader.web.get("/audits/").text
        last = reader.web.get("/audits/?page=400")
        assert "showing 9,976 to 10,000" in last.text
        assert "The list ends here, though there are more audits." in last.text
        narrower = reader.web.get("/audits/?state=submitted")
        there = select(func.count()).where(Audit.state == AuditState.SUBMITTED)
        assert f"{db.session.scalar(there):,} audits, showing" in narrower.text


def test_a_short_list_is_counted_to_the_last_audit(few_and_many: tuple[Flask, Flask]) -> None:
    with reading(few_and_many[0], LEAD) as reader:
        page = reader.web.get("/audits/")
        assert "9 audits" in page.text
        assert "More than" not in page.text
        assert len(page.tables[0]) == 10
