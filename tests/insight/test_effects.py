"""Did an alert work: the figures on both sides of its issue, and what may be said of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from audit_app.alerts import changes
from audit_app.extensions import db
from audit_app.insight.effects import CONTAINED, SEASON
from audit_app.models import Alert, Audit, Team
from audit_app.rules.alert_audience import Audience
from audit_app.rules.alert_effect import around, beside_random, headline, spans
from audit_app.rules.audits import Selection
from audit_app.rules.change import Direction
from audit_app.rules.judgements import SCALE
from audit_app.rules.permissions import Role
from audit_app.rules.shares import Share
from tests.alerts.alerts_to_try import EVERYBODY, TODAY, issued, written
from tests.browser_page import Page, PageClient
from tests.documents.drawn import Drawn
from tests.people import World

pytestmark = pytest.mark.sqlite_only

GOOD, RI = SCALE[1:3]
SHEETS = ("before-and-after", "how-chosen", "at-random-alone", "tests")
#: So long ago that the twelve months after are over.
ISSUED = date(2024, 6, 12)


@dataclass(frozen=True)
class Lot:
    """Some audits of one month: how many, of which team, and how many of them are good."""

    year: int
    month: int
    team: str
    many: int
    good: int
    random: bool = True


#: Good in 9 of 45 before and in 30 of 50 after; May and July are next to the month of issue.
LOTS = (
    Lot(2023, 6, "south", 20, 4),
    Lot(2024, 5, "south", 15, 3),
    Lot(2024, 5, "fostering", 10, 2),
    Lot(2024, 6, "south", 9, 9),
    Lot(2024, 7, "south", 18, 11, random=False),
    Lot(2025, 6, "south", 20, 12),
    Lot(2025, 1, "fostering", 12, 7),
    Lot(2023, 5, "south", 8, 8),
    Lot(2025, 7, "south", 8, 0),
)


def record(world: World, lots: tuple[Lot, ...] = LOTS) -> None:
    for lot in lots:
        team: Team = getattr(world, lot.team)
        for n in range(lot.many):
            word = GOOD if n < lot.good else RI
            world.recorded_audit(
                word,
                team=team,
                on=date(lot.year, lot.month, n % 28 + 1),
                selection=Selection.RANDOM if lot.random else Selection.CONCERN,
            )


def alert_of(world: World, audience: Audience = EVERYBODY, **basis: Any) -> Alert:
    alert = issued(world, audience=audience, **basis)
    alert.issued_on = ISSUED
    db.session.commit()
    return alert


def page_of(web: PageClient, alert: Alert) -> Page:
    return web.get(f"/insight/alerts/{alert.reference}")


def recounted(first: tuple[int, int], last: tuple[int, int], *services: int) -> tuple[int, int]:
    """Good or better, and all, by a loop over the rows: from one month to another, both counted."""
    good = every = 0
    for audit in db.session.query(Audit):
        assert audit.audit_date is not None
        month = (audit.audit_date.year, audit.audit_date.month)
        if not first <= month <= last or (services and audit.service_id not in services):
            continue
        every += 1
        good += audit.final_overall in SCALE[:2]
    return good, every


def printed(good: int, every: int) -> str:
    percent = f" ({(200 * good + every) // (2 * every)}%)" if every >= 10 else ""
    return f"{good} of {every}{percent}"


@pytest.mark.parametrize("whom", ["everyone", "fostering", "a team", "heads of service"])
def test_every_figure_is_what_a_loop_over_the_rows_counts(
    web: PageClient, world: World, whom: str
) -> None:
    record(world)
    fostering, south = world.fostering.service_id, world.south.service_id
    audience, services = {
        "everyone": (EVERYBODY, ()),
        "fostering": (Audience.of(services=[fostering]), (fostering,)),
        "a team": (Audience.of(teams=[world.north.id]), (south,)),
        "heads of service": (Audience.of(roles=[Role.HEAD_OF_SERVICE]), ()),
    }[whom]
    alert = alert_of(world, audience)
    web.sign_in(world.carol)
    table = page_of(web, alert).tables[0]
    before = printed(*recounted((2023, 6), (2024, 5), *services))
    after = printed(*recounted((2024, 7), (2025, 6), *services))
    assert [row[0] for row in table[1:]] == ["Child’s voice and direct work", "Overall judgement"]
    assert [row[1:3] for row in table[1:]] == [[before, after]] * 2


def test_it_says_what_changed_with_the_caveat_and_draws_the_same_figures(
    web: PageClient, world: World
) -> None:
    record(world)
    web.sign_in(world.dan)
    page = page_of(web, alert_of(world, evidence_threads=["voice"]))
    assert (
        "Child’s voice and direct work: good or better rose from 20% (of 45) to 60% (of 50) in "
        "the twelve months after; a change this size is unlikely to be chance."
    ) in page.text
    assert page.tables[2][1][1:3] == ["9 of 45 (20%)", "19 of 32 (59%)"]
    assert "no proof that the alert did it" in page.text
    assert page.tables[1][1:] == [["Before", "45", "45 (100%)"], ["After", "50", "32 (64%)"]]
    assert page.tables[0][1][3:] == ["+40.0", "20.5 to 55.4", "Better"]
    drawn = Drawn(str(page.html.select_one("#before-and-after svg")))
    for side, figures in (("before", "9 of 45 (20%)"), ("after", "30 of 50 (60%)")):
        assert f"Child’s voice and direct work, {side}: {figures}" in drawn.description


def test_its_files_say_the_same_as_its_page(web: PageClient, world: World) -> None:
    record(world)
    web.sign_in(world.carol)
    alert = alert_of(world)
    page = page_of(web, alert)
    at = f"/insight/alerts/{alert.reference}"
    said = json.loads(web.get(f"{at}.json").response.data)
    tables = {table["name"]: table["rows"] for table in said["tables"]}
    for key, shown in zip(SHEETS, page.tables, strict=True):
        rows = [[row["heading"], *(cell["text"] for cell in row["cells"])] for row in tables[key]]
        assert rows == shown[1:]
    assert web.get(f"{at}.csv?table=before-and-after").response.status_code == 200
    for ending in ("pdf", "xlsx"):
        assert f"{TODAY.year}-01-did-it-work.{ending}" in str(
            web.get(f"{at}.{ending}").response.headers["Content-Disposition"]
        )


def test_what_waits_for_a_blind_moderation_is_counted_for_nobody(
    web: PageClient, world: World
) -> None:
    """Figures that others see less those of a moderator would tell how it was judged."""
    record(world)
    waiting = db.session.query(Audit).filter_by(audit_month=202407).limit(3).all()
    for audit in waiting:
        audit.blind = True
    db.session.commit()
    alert = alert_of(world)
    pages = []
    for person in (world.bob, world.carol, world.dan, world.hester):
        web.sign_out()
        web.sign_in(person)
        pages.append(page_of(web, alert))
    assert "3 audits wait for a blind moderation and can be in none of these" in pages[0].text
    assert pages[0].tables[0][1][2].split(" (")[0].endswith("of 47")
    assert {page.html.select_one("main").get_text() for page in pages} == {
        pages[0].html.select_one("main").get_text()
    }


def test_only_an_alert_that_was_issued_has_the_page_whatever_came_of_it(
    web: PageClient, world: World
) -> None:
    record(world)
    alert = alert_of(world)
    changes.withdraw(world.dan, alert, alert.version, "It was wrong.", TODAY)
    db.session.commit()
    draft = written(world.carol)
    web.sign_in(world.carol)
    assert "The alert was withdrawn on" in page_of(web, alert).text
    web.get(f"/insight/alerts/{draft.reference}", status=404)
    web.sign_out()
    web.sign_in(world.priya)
    web.get(f"/insight/alerts/{alert.reference}", status=403)


def test_an_alert_of_this_month_says_that_it_is_too_early(web: PageClient, world: World) -> None:
    record(world)
    alert = issued(world)
    web.sign_in(world.carol)
    page = page_of(web, alert)
    assert "Too early: audits of a whole month" in page.text
    assert page.tables == []
    link = web.get(f"/alerts/{alert.reference}").html.select_one('a[href^="/insight/alerts/"]')
    assert link["href"] == page.path


@pytest.mark.parametrize(
    ("issue", "last", "many"),
    [
        (date(2024, 6, 30), date(2024, 6, 30), 0),
        (date(2024, 6, 1), date(2024, 7, 31), 1),
        (date(2024, 12, 31), date(2025, 3, 31), 3),
        (date(2020, 1, 1), date(2026, 3, 31), 12),
        (date(2024, 6, 1), date(2023, 1, 31), 0),
    ],
)
def test_both_spans_are_as_long_as_there_are_whole_months_after(
    issue: date, last: date, many: int
) -> None:
    found = spans(issue, last)
    if not many:
        assert found is None
        return
    assert found is not None
    assert len(found.before) == len(found.after) == many
    month = issue.replace(day=1)
    assert (month - found.before[-1].last).days == 1
    assert found.after[0].first.toordinal() - month.toordinal() in range(28, 32)
    assert all(each.label for each in found.months)


SEEN = spans(date(2024, 6, 1), date(2024, 12, 31))


def said(*threads: tuple[int, int, int, int]) -> str:
    shares = [
        (f"Thread {n}", Share(good, total), Share(then, of), True)
        for n, (good, total, then, of) in enumerate(threads, 1)
    ]
    return headline(around(shares), SEEN)


def test_the_headline_claims_only_what_a_rule_lets_it() -> None:
    assert said((49, 120, 72, 131)) == (
        "Thread 1: good or better rose from 41% (of 120) to 55% (of 131) in the six months after; "
        "a change this size is unlikely to be chance."
    )
    assert said((49, 120, 55, 131)) == (
        "Thread 1: no clear change yet. Good or better was 41% (of 120), and 42% (of 131) in the "
        "six months after."
    )
    assert said((40, 100, 2, 4)) == "Thread 1: too early: only 4 audits since."
    assert said((40, 100, 0, 0), (4, 9, 1, 3)) == "Too early: only 3 audits since."
    assert said((40, 100, 41, 100), (40, 100, 39, 100)) == (
        "No clear change yet in the six months after."
    )
    assert said((20, 100, 60, 100), (40, 100, 41, 100)) == (
        "In the six months after: Thread 1 got better; no clear change in the other."
    )


def test_looking_at_many_threads_asks_more_of_each() -> None:
    one = (Share(40, 100), Share(54, 100))
    alone = around([("One", *one, True)])[0]
    among = around([(f"Thread {n}", *one, True) for n in range(6)])
    beside = around([("One", *one, True), ("Overall", *one, False)])
    assert [each.direction for each in beside] == [Direction.BETTER, Direction.NO_CLEAR_CHANGE]
    assert alone.direction is Direction.BETTER
    assert {each.direction for each in among} == {Direction.NO_CLEAR_CHANGE}


def beside(alone: tuple[int, int, int, int], *, other: bool = False) -> str:
    """What is said where all audits rose from 40 to 60 of a hundred, and those at random so."""
    every = [("One", Share(40, 100), Share(60, 100), True)]
    good, total, then, of = alone
    chosen = [("One", Share(good, total), Share(then, of), True)]
    if other:
        same = ("Two", Share(40, 100), Share(41, 100), True)
        every, chosen = [*every, same], [*chosen, same]
    return headline(beside_random(around(every), around(chosen)), SEEN)


def test_a_change_that_audits_chosen_at_random_do_not_show_is_said_with_that() -> None:
    rose = (
        "One: good or better rose from 40% (of 100) to 60% (of 100) in the six months after; "
        "a change this size is unlikely to be chance"
    )
    assert beside((20, 50, 34, 50)) == f"{rose}."
    assert beside((20, 50, 21, 50)) == (
        f"{rose}, but not among audits chosen at random alone: no clear change there, "
        "40% (of 50) before and 42% (of 50) after."
    )
    assert beside((20, 50, 1, 4)) == (
        f"{rose}, but too few audits were chosen at random to tell of those alone "
        "(50 before, 4 after)."
    )
    assert beside((45, 50, 10, 50)) == (
        f"{rose}, but among audits chosen at random alone it fell from 90% (of 50) to 20% (of 50)."
    )
    assert beside((20, 50, 21, 50), other=True) == (
        "In the six months after: One got better; no clear change in the other, but not so among "
        "audits chosen at random alone: no clear change in any thread."
    )


def test_a_change_that_only_audits_chosen_at_random_show_is_told_too() -> None:
    every = around([("One", Share(40, 100), Share(41, 100), True)])
    chosen = around([("One", Share(10, 50), Share(35, 50), True)])
    assert headline(beside_random(every, chosen), SEEN).endswith(
        "Among audits chosen at random alone it clearly rose, from 20% (of 50) to 70% (of 50)."
    )


@pytest.mark.parametrize(
    ("sides", "words"),
    [
        ((0, 0, 40, 100), "not enough audits before it to compare: no audits in as many months."),
        (
            (0, 0, 2, 3),
            "not enough audits on either side: no audits before it, and 3 audits since.",
        ),
        ((40, 100, 0, 0), "too early: no audits since."),
    ],
)
def test_it_is_too_early_only_where_there_is_something_to_compare_with(
    sides: tuple[int, int, int, int], words: str
) -> None:
    assert said(sides) == f"Thread 1: {words}"


@pytest.mark.parametrize(("months", "same"), [(1, False), (6, False), (11, True), (12, True)])
def test_both_sides_hold_the_same_months_of_the_year_or_not(months: int, same: bool) -> None:
    year, month = divmod(6 + months, 12)
    found = spans(date(2024, 6, 1), date(2024 + year, month + 1, 1) - timedelta(days=1))
    assert found is not None
    assert (len(found.after), found.same_season) == (months, same)


def test_it_warns_of_evidence_among_the_months_before_and_of_seasons_only_where_true(
    web: PageClient, world: World
) -> None:
    record(world)
    alert = alert_of(world)
    web.sign_in(world.carol)
    alert.evidence_from, alert.evidence_to = date(2024, 3, 1), date(2024, 5, 31)
    db.session.commit()
    within = page_of(web, alert).text
    alert.evidence_from, alert.evidence_to = date(2022, 3, 1), date(2022, 5, 31)
    alert.issued_on = date(2025, 1, 12)
    db.session.commit()
    without = page_of(web, alert).text
    assert [CONTAINED in each for each in (within, without)] == [True, False]
    assert [SEASON in each for each in (within, without)] == [False, True]
