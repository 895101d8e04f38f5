"""Good or better over time: the chart and its table say what plain loops over the rows say."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from statistics import median

import pytest

from audit_app.rules.judgements import SCALE
from tests.browser_page import Page, PageClient
from tests.documents.drawn import Drawn
from tests.insight.judged import Judged, published_audits, record
from tests.insight.threads_judged import begin_another_set, rows
from tests.people import World

pytestmark = pytest.mark.sqlite_only

PAGE = "/insight/trends"
SERVICES = ["Fostering", "Locality social work"]


@pytest.fixture
def held(world: World, web: PageClient) -> World:
    """A thousand audits of the published spread, with the practice lead signed in."""
    record(world, published_audits()[::2])
    web.sign_in(world.carol)
    return world


def by_month(service: str = "") -> dict[date, tuple[int, int]]:
    """Good or better and total of every month, by a loop over rows."""
    found: dict[date, tuple[int, int]] = {}
    for row in rows():
        if service in ("", row.service):
            good, total = found.get(row.on.replace(day=1), (0, 0))
            good += row.judged[""].good_or_better
            found[row.on.replace(day=1)] = (good, total + 1)
    return found


def table(page: Page, key: str) -> list[list[str]]:
    found = page.html.select_one(f"#{key} table")
    assert found is not None
    lines = [[cell.get_text().strip() for cell in row.select("th, td")] for row in found("tr")]
    return lines[1:]


def chart(page: Page) -> Drawn:
    return Drawn(str(page.html.select_one(".app-chart svg")))


def test_every_month_is_what_a_plain_loop_over_the_rows_counts(
    web: PageClient, held: World
) -> None:
    page, counted = web.get(PAGE), by_month()
    months = table(page, "points")

    assert [(row[0], row[2]) for row in months] == [
        (f"{month:%B %Y}", str(total)) for month, (_, total) in sorted(counted.items())
    ]
    for row, (good, total) in zip(months, (c for _, c in sorted(counted.items())), strict=True):
        assert row[1] == f"{good} ({_percent(good, total)}%)"
    assert sorted(figure for _, figure in chart(page).dots + chart(page).triangles) == (
        pytest.approx(sorted(100 * good / total for good, total in counted.values()), abs=0.01)
    )


def _percent(good: int, total: int) -> int:
    return (200 * good + total) // (2 * total)


def test_mean_and_limits_are_those_of_a_plain_loop(web: PageClient, held: World) -> None:
    shares = [100 * good / total for _, (good, total) in sorted(by_month().items())]
    mean = sum(shares) / len(shares)
    moved = sum(abs(b - a) for a, b in pairwise(shares)) / (len(shares) - 1)
    (line,) = table(web.get(PAGE), "limits")

    assert line[1:] == [
        "26",
        f"{mean:.1f}%",
        f"{mean - 2.66 * moved:.1f}% to {mean + 2.66 * moved:.1f}%",
    ]


def test_the_services_stand_in_their_own_order_each_with_its_own_chart(
    web: PageClient, held: World
) -> None:
    page = web.get(PAGE)
    services = table(page, "services")

    assert [row[0] for row in services] == [*SERVICES, "All services"]
    for name in SERVICES:
        one = web.get(page.links()[name])
        (limits,) = table(one, "limits")
        shown = next(row for row in services if row[0] == name)
        assert shown[1:4] == limits[1:]
        assert not one.html.select("#services")
        total = sum(total for _, total in by_month(name).values())
        assert sum(int(row[2]) for row in table(one, "points")) == total


def test_few_audits_a_month_are_quarters_around_their_median(world: World, web: PageClient) -> None:
    few = published_audits()[::16]
    record(world, few)
    web.sign_in(world.carol)
    page = web.get(PAGE)
    points, ((_, number, line, limits),) = table(page, "points"), table(page, "limits")
    shares = [int(row[1].split(" ")[0]) / int(row[2]) for row in points if "%" in row[1]]

    assert points[0][0] == "Q2 2019/20 (Sept 2019)"
    assert (number, limits) == (str(len(shares)), "–")
    assert line == f"{100 * median(shares):.1f}%"
    assert "run chart" in page.text
    assert "Median" in chart(page).words


def test_a_new_set_of_threads_starts_the_limits_again(web: PageClient, held: World) -> None:
    begin_another_set(date(2020, 11, 9))
    page = web.get(PAGE)
    before, after = table(page, "limits")

    assert before[:2] == ["September 2019", "14"]
    assert after[:2] == ["November 2020: Later threads [b]", "12"]
    assert "November 2020 [b]" in [row[0] for row in table(page, "points")]
    assert "[b]" in chart(page).words
    assert "is in force from 9 November 2020" in page.text


def test_a_signal_is_told_and_marked_and_a_steady_series_claims_nothing(
    world: World, web: PageClient
) -> None:
    steady = [9, 11, 10, 12, 9, 10, 11, 9, 12, 10, 9, 11, 10, 12, 9, 10]
    record(world, [each for month, good in enumerate(steady) for each in twenty(month, good)])
    web.sign_in(world.carol)
    assert "No clear change: every month lies within what chance explains." in web.get(PAGE).text

    record(world, twenty(16, 20))
    page = web.get(PAGE)
    assert "More than chance: good or better was above the upper limit, May 2021." in page.text
    assert table(page, "signals") == [["Above the upper limit", "May 2021"]]
    assert table(page, "points")[-1][3] == "Above the upper limit"
    assert len(chart(page).triangles) == 1
    assert chart(page).title.startswith("Overall judgement: More than chance")


def twenty(month: int, good: int) -> list[Judged]:
    """Twenty audits of one month, counted from January 2020, so many of them good."""
    on = date(2020 + month // 12, month % 12 + 1, 3)
    return [Judged(on, SCALE[1] if number < good else SCALE[2]) for number in range(20)]


def test_more_than_ten_years_of_months_are_refused_beside_the_day(
    web: PageClient, held: World
) -> None:
    record(held, [Judged(date(2005, 1, 4), SCALE[1])])
    page = web.get(f"{PAGE}?from=2005-01-01&to=2021-10-31", status=400)

    assert page.errors == [
        "These dates make 202 months and the most is 120. Give dates nearer together"
    ]


def test_three_years_are_shown_unless_dates_are_asked_for(web: PageClient, held: World) -> None:
    record(held, [Judged(date(2015, 5, 4), SCALE[1])])
    page = web.get(PAGE)

    assert len(table(page, "points")) == 36
    assert "Only the latest 36 months are shown. Give dates to see others." in page.text
    every = web.get(f"{PAGE}?from=2015-05-01&to=2021-10-31")
    assert len(table(every, "points")) == 78


def test_teams_cannot_be_asked_for(web: PageClient, held: World) -> None:
    page = web.get(f"{PAGE}?team={held.north.id}")

    assert not page.html.select("[name=team]")
    assert table(page, "points") == table(web.get(PAGE), "points")


def test_nothing_recorded_says_so(world: World, web: PageClient) -> None:
    web.sign_in(world.carol)

    assert "No audits have been recorded yet" in web.get(PAGE).text
