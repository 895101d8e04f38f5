"""Places beside each other: every figure as a plain loop counts it, and nobody ranked."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from scipy.stats import chi2_contingency
from statsmodels.stats.proportion import proportion_confint

from audit_app.extensions import db
from audit_app.insight.places import claim
from audit_app.models import Audit, Team
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import Selection
from audit_app.rules.judgements import SCALE, Judgement
from tests.browser_page import PageClient
from tests.insight.judged import Judged, record
from tests.people import World

pytestmark = pytest.mark.sqlite_only

FIRST, LAST = date(2020, 1, 1), date(2020, 12, 31)
DAYS = "from=1/1/2020&to=31/12/2020"
TEAMS = ("LSW South 1", "LSW North 1", "F Citywide 1")
SERVICE = {0: "Locality social work", 1: "Locality social work", 2: "Fostering"}
LOCALITY = {0: "Citywide", 1: "North", 2: "Citywide"}


def drawn(seed: int, number: int, weights: dict[int, Sequence[int]]) -> list[Judged]:
    """Audits of 2020 and a little around it; the judgements of each team by its own weights."""
    dealer = random.Random(seed)  # noqa: S311  no secret
    audits = []
    for _ in range(number):
        team = dealer.choice([*weights])
        overall, other = dealer.choices(SCALE, weights[team], k=2)
        audits.append(
            Judged(
                on=FIRST + timedelta(days=dealer.randint(-20, 385)),
                overall=overall,
                moderated=other if dealer.random() < 0.3 else None,
                thread=dealer.choice([*Judgement]),
                team=team,
                selection=dealer.choice([*Selection, None]),
            )
        )
    return audits


@pytest.fixture
def audits(world: World) -> list[Judged]:
    made = drawn(3, 420, {0: (2, 30, 50, 18), 1: (4, 40, 40, 16), 2: (25, 40, 30, 5)})
    record(world, made)
    return made


def tables(web: PageClient, asked: str = DAYS) -> dict[str, dict[str, dict[str, Any]]]:
    """The cells of each table by its name, the line's heading and the column."""
    found = web.request("GET", f"/insight/places.json?{asked}").json
    return {
        sheet["name"]: {
            line["heading"]: {cell["column"]: cell for cell in line["cells"]}
            for line in sheet["rows"]
        }
        for sheet in found["tables"]
    }


def within(audits: Sequence[Judged], place: dict[int, str], name: str | None) -> list[Judgement]:
    return [
        each.final
        for each in audits
        if FIRST <= each.on <= LAST and (name is None or place[each.team] == name)
    ]


def test_every_count_and_interval_is_what_a_plain_loop_makes_it(
    web: PageClient, world: World, audits: list[Judged]
) -> None:
    web.sign_in(world.carol)
    found = tables(web)
    for sheet, place, every in (
        ("services", SERVICE, "All services"),
        ("localities", LOCALITY, "All localities"),
    ):
        assert list(found[sheet]) == [*sorted(set(place.values())), every]
        for name, cells in found[sheet].items():
            judged = within(audits, place, None if name == every else name)
            good = sum(word.good_or_better for word in judged)
            assert cells["Total"]["value"] == len(judged)
            assert cells["Inadequate"]["audits"] == judged.count(Judgement.INADEQUATE)
            assert cells["Good or better"]["audits"] == good
            counted = {"Outstanding": judged.count(Judgement.OUTSTANDING), "good or better": good}
            for measure, count in counted.items():
                low, high = proportion_confint(count, len(judged), method="wilson")
                cell = cells[f"95% interval: {measure}"]
                assert cell["from"] == pytest.approx(100 * low, abs=0.0501)
                assert cell["to"] == pytest.approx(100 * high, abs=0.0501)


def test_the_answer_is_the_tests_and_its_numbers_are_scipys(
    web: PageClient, world: World, audits: list[Judged]
) -> None:
    web.sign_in(world.carol)
    by_service = [within(audits, SERVICE, name) for name in sorted(set(SERVICE.values()))]
    split = [
        [each.count(Judgement.OUTSTANDING), len(each) - each.count(Judgement.OUTSTANDING)]
        for each in by_service
    ]
    statistic, p, _, _ = chi2_contingency(split, correction=False)
    line = tables(web)["tests"]["Outstanding between services"]
    assert line["Chi-square"]["value"] == pytest.approx(statistic, abs=0.00501)
    assert p < 0.001
    assert line["p"]["text"] == "less than 0.001"
    assert line["Answer"]["text"] == "Clear difference"
    page = web.get(f"/insight/places?{DAYS}")
    assert "more common in Fostering" in page.text
    assert page.html.select_one("details table") is not None


def test_no_clear_difference_is_said_as_plainly(web: PageClient, world: World) -> None:
    record(world, drawn(5, 300, dict.fromkeys(range(3), (5, 40, 45, 10))))
    web.sign_in(world.carol)
    text = web.get(f"/insight/places?{DAYS}").text
    assert "No clear difference in Outstanding between services" in text
    assert "than elsewhere" not in text


def test_teams_stand_against_the_limits_in_the_order_of_their_names(
    web: PageClient, world: World
) -> None:
    low = [Judged(FIRST, Judgement.INADEQUATE, team=0)] * 30
    high = [Judged(FIRST, Judgement.GOOD, team=1)] * 40
    few = [Judged(FIRST, Judgement.OUTSTANDING, team=2)] * 4
    record(world, [*low, *high, *few])
    web.sign_in(world.carol)
    lines = tables(web)["teams"]
    assert list(lines) == sorted(TEAMS)
    said = {name: cells["Against the limits"]["text"] for name, cells in lines.items()}
    assert said == {
        "F Citywide 1": "Too few to compare",
        "LSW North 1": "Above 99.8%",
        "LSW South 1": "Below 99.8%",
    }
    assert lines["F Citywide 1"]["Good or better"]["text"] == "4"
    picture = web.get(f"/insight/places?{DAYS}").html.select_one("#teams svg")
    words = [each.get_text() for each in picture.select("text")]
    assert "LSW North 1" in words
    assert "LSW South 1" in words
    assert not any("F Citywide 1" in each for each in words)


def test_a_picture_says_the_figures_of_the_table_below_it(
    web: PageClient, world: World, audits: list[Judged]
) -> None:
    web.sign_in(world.carol)
    page = web.get(f"/insight/places?{DAYS}")
    for section in page.html.select("#services, #localities"):
        outstanding, good = section.select("svg")
        for row in section.select("tbody tr")[:-1]:
            name, cells = row.th.get_text(strip=True), [c.get_text(strip=True) for c in row("td")]
            for picture, place in ((outstanding, 0), (good, 2)):
                share, interval = cells[place : place + 2]
                words = [each.get_text() for each in picture.select("text")]
                assert words[words.index(name) + 1] == share
                told = re.search(rf"{name}: ([^%]*%\)), ([^.]*\.\d%? to [^ ]*%)", picture.desc.text)
                assert told
                assert told[1].split(" of ")[0] == share.split(" ")[0]
                assert told[2] == f"95% interval {interval}"


def test_a_service_of_few_audits_shows_counts_only_and_is_named_as_such(
    web: PageClient, world: World
) -> None:
    record(
        world,
        [
            *[Judged(FIRST, Judgement.GOOD, team=0)] * 30,
            *[Judged(FIRST, Judgement.OUTSTANDING, team=2)] * 3,
        ],
    )
    web.sign_in(world.carol)
    fostering = tables(web)["services"]["Fostering"]
    assert fostering["Outstanding"]["text"] == "3"
    assert fostering["95% interval: Outstanding"]["text"] == "–"
    text = web.get(f"/insight/places?{DAYS}").text
    assert "Counts only where there are fewer than 10 audits: Fostering." in text


def test_without_days_the_latest_twelve_months_are_counted(web: PageClient, world: World) -> None:
    record(
        world,
        [
            *[Judged(date(2019, 12, 31), Judgement.INADEQUATE)] * 20,
            *[Judged(date(2020, 1, 1), Judgement.GOOD)] * 11,
            *[Judged(date(2020, 12, 31), Judgement.GOOD, team=2)] * 12,
        ],
    )
    web.sign_in(world.carol)
    assert tables(web, "")["services"]["All services"]["Total"]["value"] == 23
    assert "The latest 12 months are shown. Give dates" in web.get("/insight/places").text
    told = claim(world.carol)
    assert dict(told.figures)["Audits dated"] == "1 January 2020 to 31 December 2020"
    assert told.sentence.startswith("No audit was judged Outstanding")


def test_the_claim_compares_places_in_whole_percent_with_their_intervals(world: World) -> None:
    of = {0: (3, 117), 2: (1, 19)}
    record(
        world,
        [
            Judged(date(2020, 5, 1), judged, team=team)
            for team, counts in of.items()
            for judged, n in zip((Judgement.OUTSTANDING, Judgement.GOOD), counts, strict=True)
            for _ in range(n)
        ],
    )
    told = claim(world.carol)
    assert dict(told.figures)["Locality social work"] == "3 of 120 (3%), 1% to 7%"
    assert dict(told.figures)["Fostering"] == "1 of 20 (5%), 1% to 24%"
    assert "(from 3% of 120 to 5% of 20)" in told.sentence


def test_one_service_is_not_compared_with_itself(
    web: PageClient, world: World, audits: list[Judged]
) -> None:
    web.sign_in(world.carol)
    found = tables(web, f"{DAYS}&service={world.fostering.service_id}")
    assert "services" not in found
    assert list(found["teams"]) == ["F Citywide 1"]


def test_a_count_leads_to_as_many_audits_only_for_those_who_read_audits(
    web: PageClient, world: World, audits: list[Judged]
) -> None:
    web.sign_in(world.carol)
    page = web.get(f"/insight/places?{DAYS}")
    for row in page.html.select("#services tbody tr"):
        link = row("td")[-1].a
        assert link.get_text(strip=True).replace(",", "") in web.get(str(link["href"])).text
    web.sign_out()
    web.sign_in(world.dan)
    assert not web.get(f"/insight/places?{DAYS}").html.select("#services td a, #teams td a")


def test_a_moderator_learns_nothing_of_an_audit_they_may_judge_blind(
    web: PageClient, world: World
) -> None:
    record(world, [Judged(FIRST, Judgement.GOOD)] * 15)
    db.session.add(hidden := waiting(world))
    db.session.commit()
    web.sign_in(world.bob)
    assert tables(web)["services"]["All services"]["Total"]["value"] == 15
    assert "1 audit waits for a blind moderation" in web.get(f"/insight/places?{DAYS}").text
    web.sign_out()
    web.sign_in(world.carol)
    assert tables(web)["services"]["All services"]["Total"]["value"] == 16
    assert hidden.blind


def waiting(world: World) -> Audit:
    audit = world.recorded_audit(Judgement.OUTSTANDING, on=FIRST, state=AuditState.SUBMITTED)
    audit.blind = True
    return audit


@pytest.mark.parametrize("report", ["places", "practice"])
def test_nothing_recorded_yet_and_nothing_that_matches_are_said(
    web: PageClient, world: World, report: str
) -> None:
    web.sign_in(world.carol)
    assert "No audits have been recorded yet" in web.get(f"/insight/{report}").text
    record(world, [Judged(FIRST, Judgement.GOOD)])
    # One audit makes tables of counts, and no picture of scales with nothing on them.
    one = web.get(f"/insight/{report}")
    assert one.tables
    assert not one.html.select("#figures svg")
    assert "Each picture shows" not in one.text
    assert "No recorded audits match" in web.get(f"/insight/{report}?to=1/1/2001").text


@pytest.mark.parametrize("report", ["places", "practice"])
def test_only_those_who_read_insight_open_them(web: PageClient, world: World, report: str) -> None:
    for person in (world.alice, world.priya, world.adam):
        web.sign_in(person)
        web.get(f"/insight/{report}", status=403)
        web.sign_out()


def test_a_long_name_and_many_teams_outside_stay_within_the_picture(
    web: PageClient, world: World
) -> None:
    long = "A team with a name as long as a committee can make it when nobody stops it"
    teams = [
        Team(name=f"{long} {number}", service=world.south.service, locality=world.south.locality)
        for number in range(12)
    ]
    db.session.add_all(teams)
    db.session.commit()
    for number, team in enumerate(teams):
        for _ in range(12):
            overall = Judgement.GOOD if number % 2 else Judgement.INADEQUATE
            world.recorded_audit(overall, team=team, on=FIRST, state=AuditState.COMPLETE)
    web.sign_in(world.carol)
    picture = web.get(f"/insight/places?{DAYS}").html.select_one("#teams svg")
    words = " ".join(each.get_text() for each in picture.select("text"))
    for number in range(12):
        assert f"stops it {number}" in words
    assert max(len(each.get_text()) for each in picture.select("text")) <= 34
