"""The page of threads counts what the rows hold, and calls only that a change which is one."""

from __future__ import annotations

from datetime import date

import pytest

from tests.browser_page import PageClient
from tests.documents.drawn import Drawn
from tests.insight.judged import published_audits
from tests.insight.threads_judged import (
    begin_another_set,
    record_with_threads,
    rows,
    share,
)
from tests.people import World

pytestmark = pytest.mark.sqlite_only

PAGE = "/insight/threads"
YEARS = {"2019 (Sept – Dec)": 2019, "2020": 2020, "2021 (Jan – Oct)": 2021}


@pytest.fixture
def held(world: World, web: PageClient) -> World:
    """Six hundred audits of the published spread, with the practice lead signed in."""
    record_with_threads(world, published_audits()[::3])
    web.sign_in(world.carol)
    return world


def test_every_figure_is_what_a_plain_loop_over_the_rows_counts(
    web: PageClient, held: World
) -> None:
    by_period, moved, overall, by_service, _ = web.get(PAGE).tables
    threads = {thread.name: thread.code for thread in held.thread_set.threads}

    every = rows()

    assert by_period[0] == ["Thread", *YEARS]
    assert [row[0] for row in by_period[1:]] == [*threads, "Overall judgement"]
    for name, *cells in by_period[1:]:
        assert cells == [
            share([row for row in every if row.on.year == year], threads.get(name, ""))
            for year in YEARS.values()
        ]
    assert [row[1:3] for row in moved[1:]] == [row[2:4] for row in by_period[1:-1]]
    assert [row[0] for row in by_service[1:]] == [
        *sorted({row.service for row in every}),
        "All services",
    ]
    for name, *cells in by_service[1:]:
        there = [row for row in every if name in (row.service, "All services")]
        assert cells[:-1] == [_in_short(share(there, code)) for code in threads.values()]
    for name, *_, total, good, _, _, _ in overall[1:]:
        count, percent = good.split(" ")
        assert f"{count} of {total} {percent}" == share(every, threads.get(name, ""))


def _in_short(printed: str) -> str:
    """``105 of 257 (40.9%)`` as ``41% of 257``, the percentage made anew from the counts."""
    good, total = (int(each) for each in printed.split(" (", maxsplit=1)[0].split(" of "))
    return f"{(200 * good + total) // (2 * total)}% of {total}"


def test_pictures_show_the_figures_of_the_table_below_them(web: PageClient, held: World) -> None:
    page = web.get(PAGE)
    charts = [Drawn(str(each)) for each in page.html.select(".app-multiples svg")]

    assert len(charts) == 6
    for chart, (name, *cells) in zip(charts, page.tables[0][1:], strict=False):
        assert chart.title.startswith(f"{name}: ")
        assert [f"{figure:.1f}%" for _, figure in chart.dots] == [
            cell.split("(")[1][:-1] if "." in cell else f"{_exact(cell):.1f}%" for cell in cells
        ]
        for label, cell in zip(YEARS, cells, strict=True):
            assert f"{label}: {cell}" in chart.description


def _exact(cell: str) -> float:
    good, _, total, *_ = cell.split(" ")
    return 100 * int(good) / int(total)


def test_it_says_which_thread_moved_and_which_is_weakest(web: PageClient, held: World) -> None:
    page = web.get(PAGE)
    names = [thread.name for thread in held.thread_set.threads]
    says = {row[0]: row[-2] for row in page.tables[1][1:]}

    assert says[names[2]] == "Better"
    assert says[names[1]] == "No clear change"
    assert f"From 2020 to 2021 (Jan – Oct): {names[2]} got better" in page.text
    now = dict(zip(names, (row[3] for row in page.tables[0][1:]), strict=False))[names[0]]
    good = now.split("(")[1].removesuffix(")")
    weakest = f"In 2021 (Jan – Oct) {names[0]} is the weakest thread: {good} good or better"
    assert weakest in page.text
    assert "by service, 1 September 2019 to " in page.html.select("#by-service h2")[0].get_text()
    assert "6 threads were each tested." in page.text


def test_a_count_leads_to_as_many_audits(web: PageClient, held: World) -> None:
    page = web.get(PAGE)
    table = page.html.select_one("#against-overall table")
    assert table is not None
    for link in table.select("tbody tr:nth-of-type(2) a, tbody tr:last-of-type a"):
        counted = link.get_text().split(" ")[0]
        assert f"{counted} audit" in web.get(str(link["href"])).text


def test_the_dcs_office_sees_the_figures_without_the_audits(web: PageClient, held: World) -> None:
    web.sign_out()
    web.sign_in(held.dan)
    page = web.get(PAGE)

    assert len(page.tables) == 5
    assert not page.html.select("table a")


def test_a_new_set_of_threads_is_a_break(web: PageClient, held: World) -> None:
    begin_another_set(date(2021, 4, 1))
    page = web.get(PAGE)

    assert page.tables[0][0] == ["Thread", "2019 (Sept – Dec)", "2020", "2021 (Jan – Oct) [b]"]
    assert "A new set of threads is in force from 1 April 2021" in page.text
    assert "[b] A new set of threads, “Later threads”, is in force from 1 April 2021" in page.text
    charts = [Drawn(str(each)) for each in page.html.select(".app-multiples svg")]
    assert all("[b]" in chart.words for chart in charts)


def test_one_service_is_not_set_beside_itself(web: PageClient, held: World) -> None:
    page = web.get(f"{PAGE}?service={held.fostering.service_id}")

    assert not page.html.select("#by-service")
    of_service = share([row for row in rows() if row.service == "Fostering"])
    assert f"of {page.tables[2][-1][5]} (" in of_service


def test_many_periods_stand_one_below_the_other(web: PageClient, held: World) -> None:
    page = web.get(f"{PAGE}?by=month&from=2020-01-01&to=2020-12-31")
    names = [thread.name for thread in held.thread_set.threads]

    assert page.tables[0][0] == ["Period", *names, "Overall judgement"]
    assert len(page.tables[0]) == 13


def test_few_audits_give_counts_and_no_claim(world: World, web: PageClient) -> None:
    record_with_threads(world, published_audits()[:6])
    web.sign_in(world.carol)
    page = web.get(PAGE)

    assert "%" not in "".join(cell for row in page.tables[0][1:] for cell in row)
    assert "Too few audits in any period to say which thread is weakest." in page.text
    assert {row[-1] for row in page.tables[1][1:]} == {"Only one period"}


def test_no_audit_and_no_match_say_so(world: World, web: PageClient) -> None:
    web.sign_in(world.carol)
    assert "No audits have been recorded yet" in web.get(PAGE).text

    record_with_threads(world, published_audits()[:6])
    assert "No recorded audits match" in web.get(f"{PAGE}?type=thematic").text
    assert web.get(f"{PAGE}?from=nonsense", status=400).errors
