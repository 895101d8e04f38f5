"""Every page of figures asks as much of 50,000 audits as of ten, and reads them from an index."""

from __future__ import annotations

import pytest
from flask import Flask

from audit_app.rules.permissions import Permission
from audit_app.web.access import access_of
from tests.bench.asking import reading
from tests.bench.made_up import LEAD, MODERATOR

pytestmark = pytest.mark.slow

#: The session, who it is and their roles; what can be chosen; which days and audits are held; and
#: a few questions for each table. The page of the three claims asks what three pages do.
MOST = 45
#: Pages asked for in the ways that count something else.
ASKED = (
    "/insight/distribution?by=month",
    "/insight/distribution?basis=audited&thread=plan",
    *(
        f"/insight/explore?split={split}"
        for split in ("service", "locality", "team", "thread", "type", "selection")
    ),
    "/insight/explore?measure=actions_helped&split=service",
)


def pages(app: Flask) -> list[str]:
    """Every page of figures that names no record."""
    found = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/insight/")
        and "GET" in (rule.methods or ())
        and not rule.arguments
        and not rule.rule.endswith((".csv", ".json", ".pdf", ".xlsx", "/new"))
        and access_of(app, rule.endpoint) is Permission.INSIGHT_READ
    }
    return [*sorted(found), *ASKED]


def test_pages_of_figures_ask_as_much_of_50_000_audits_as_of_ten(
    few_and_many: tuple[Flask, Flask],
) -> None:
    """A moderator's figures leave out what waits for them, so they ask for most."""
    asked = []
    for app in few_and_many:
        with reading(app, MODERATOR) as reader:
            asked.append({path: len(reader.questions(path)) for path in pages(app)})
    few, many = asked
    assert {path: (few[path], n) for path, n in many.items() if n > few[path]} == {}
    assert {path: n for path, n in many.items() if n > MOST} == {}


def test_no_page_of_figures_reads_every_audit(few_and_many: tuple[Flask, Flask]) -> None:
    with reading(few_and_many[1], LEAD) as reader:
        for path in pages(few_and_many[1]):
            assert not reader.read_whole(path) & {"audits", "findings", "moderations"}, path
