"""Which teams talked about an alert, and who read it: said by the right people, kept for good."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from audit_app.alerts import changes
from audit_app.alerts.talked import alerts_for, teams_asked
from audit_app.alerts.team_changes import acknowledge
from audit_app.extensions import db
from audit_app.models import Alert, AlertAcknowledgement, AlertReading, Team, User
from audit_app.models.alert import AcknowledgementKept
from audit_app.rules.alert_audience import Audience
from audit_app.rules.permissions import Role
from audit_app.rules.workflow import NotAllowed
from tests.alerts.alerts_to_try import TODAY, draft, issued
from tests.alerts.test_after import opened, verbs
from tests.browser_page import Page, PageClient
from tests.people import World, make_user
from tests.statements import queries_of

SAID: dict[str, Any] = {
    "discussed_on-day": str(TODAY.day),
    "discussed_on-month": str(TODAY.month),
    "discussed_on-year": str(TODAY.year),
    "where_discussed": "Team meeting",
    "what_changes": "We ask the child first.",
}


def _say(alert: Alert, user: User, team: Team, what: str = "We ask first.") -> None:
    acknowledge(
        user,
        alert,
        AlertAcknowledgement(
            team_id=team.id, discussed_on=TODAY, where_discussed="Team meeting", what_changes=what
        ),
    )
    db.session.commit()


def _rows() -> list[AlertAcknowledgement]:
    db.session.rollback()
    asked = select(AlertAcknowledgement).order_by(AlertAcknowledgement.id)
    return list(db.session.scalars(asked))


def _form(web: PageClient, user: User, alert: Alert, status: int = 200) -> Page:
    return opened(web, user, f"/alerts/{alert.reference}/talked", status=status)


@pytest.fixture
def alert(world: World) -> Alert:
    return issued(world)


def test_a_manager_says_that_their_team_talked_about_it(
    web: PageClient, world: World, alert: Alert
) -> None:
    page = _form(web, world.alice, alert)
    for _ in "12":
        assert web.send(page, **SAID).path == f"/alerts/{alert.reference}"
    (said,) = _rows()
    assert (said.team_id, said.by_id, said.discussed_on) == (
        world.north.id,
        world.alice.id,
        TODAY,
    )
    read = web.get(f"/alerts/{alert.reference}").text
    assert "LSW North 1 talked about this alert on" in read
    assert "We ask the child first." in read
    assert verbs(alert)[-1] == "acknowledged"


def test_a_head_says_it_for_teams_of_their_services_and_no_other(
    web: PageClient, world: World, alert: Alert
) -> None:
    frank = make_user("frank", Role.HEAD_OF_SERVICE)
    frank.grants[0].service_id = world.fostering.service_id
    db.session.commit()
    page = _form(web, frank, alert)
    assert page.fields()["team"] == str(world.fostering.id)
    _say(alert, frank, world.fostering)
    for team in (world.north, world.south):
        with pytest.raises(NotAllowed):
            _say(alert, frank, team)
    both = _form(web, world.hester, alert)
    refused = web.send(both, status=400, **SAID)
    assert refused.errors == ["Select the team"]
    assert refused.fields()["what_changes"] == SAID["what_changes"]
    web.send(refused, team=str(world.south.id))
    assert [each.team_id for each in _rows()] == [world.fostering.id, world.south.id]


def test_a_team_that_is_not_asked_says_nothing(web: PageClient, world: World) -> None:
    alert = issued(world, audience=Audience.of(teams=[world.south.id]))
    told = _form(web, world.alice, alert, status=403)
    assert "The alert is for none of your teams." in told.text
    page = _form(web, world.mallory, alert)
    sent = page.fields() | SAID | {"team": str(world.north.id)}
    assert web.post(page.path, sent, status=400).errors == ["Choose a team from the list"]
    for_heads = issued(world, audience=Audience.of(roles=[Role.HEAD_OF_SERVICE]))
    assert teams_asked(for_heads) == []
    _form(web, world.hester, for_heads, status=403)


def test_whoever_answers_for_no_team_has_no_page_to_say_it_on(
    web: PageClient, world: World, alert: Alert
) -> None:
    for user in (world.priya, world.bob, world.carol, world.dan, world.adam):
        _form(web, user, alert, status=403)
        assert "Say that your team talked about it" not in (
            web.get(f"/alerts/{alert.reference}").links()
        )


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (TODAY + timedelta(days=1), "The day must be today or in the past"),
        (TODAY - timedelta(days=1), "The day must not be before the alert was issued"),
        (None, "Enter the day when the team talked about it"),
    ],
)
@pytest.mark.sqlite_only
def test_a_day_on_which_it_cannot_have_been_is_refused(
    web: PageClient, world: World, alert: Alert, day: date | None, said: str
) -> None:
    names = {"day", "month", "year"}
    typed = {f"discussed_on-{name}": str(getattr(day, name)) if day else "" for name in names}
    refused = web.send(_form(web, world.alice, alert), status=400, **(SAID | typed))
    assert len(refused.errors) == 1
    assert refused.errors[0].startswith(said)
    assert _rows() == []


@pytest.mark.sqlite_only
def test_what_is_said_names_nobody(web: PageClient, world: World, alert: Alert) -> None:
    typed = SAID | {"what_changes": "Look at NHS 943 476 5919 again."}
    refused = web.send(_form(web, world.alice, alert), status=400, **typed)
    assert refused.fields()["what_changes"] == typed["what_changes"]
    assert _rows() == []


def test_it_is_said_again_and_the_newest_counts_while_the_older_stays(
    web: PageClient, world: World, alert: Alert
) -> None:
    _say(alert, world.alice, world.north, "First.")
    _say(alert, world.hester, world.north, "Second.")
    line = next(line for line in teams_asked(alert) if line.number == world.north.id)
    assert line.said is not None
    assert (line.said.what_changes, line.said.by, line.times) == ("Second.", "Hester", 2)
    read = opened(web, world.alice, f"/alerts/{alert.reference}")
    assert "Say it again" in read.links()
    assert "said 2 times" in read.text
    first, _ = _rows()
    first.what_changes = "Something else."
    with pytest.raises(AcknowledgementKept):
        db.session.commit()
    db.session.rollback()


def test_an_alert_withdrawn_meanwhile_is_not_acknowledged_and_the_text_is_kept(
    web: PageClient, world: World, alert: Alert
) -> None:
    page = _form(web, world.alice, alert)
    changes.withdraw(world.dan, alert, alert.version, "No longer right.", TODAY)
    db.session.commit()
    refused = web.send(page, status=403, **(SAID | {"what_changes": "Typed at some length."}))
    assert "its status is “Withdrawn”" in refused.text
    assert "Typed at some length." in refused.html.get_text()
    with pytest.raises(NotAllowed):
        _say(alert, world.alice, world.north)
    db.session.rollback()
    assert _rows() == []


SEES: dict[str, tuple[str, ...]] = {
    "carol": ("1 of 3 teams have", "Not yet: F Citywide 1, LSW South 1"),
    "dan": ("1 of 3 teams have",),
    "hester": ("1 of 3 teams have",),
    "alice": ("LSW North 1 talked about", "We ask first."),
    "mallory": ("LSW South 1 has not said yet",),
    "nora": ("LSW North 1 talked about",),
}


@pytest.mark.sqlite_only
def test_each_person_is_told_of_the_teams_that_are_theirs_to_know_about(
    web: PageClient, world: World, alert: Alert
) -> None:
    nora = make_user("nora", Role.PRACTITIONER, world.north)
    db.session.commit()
    _say(alert, world.alice, world.north)
    pages = {
        name: opened(web, nora if name == "nora" else getattr(world, name),
                     f"/alerts/{alert.reference}").text
        for name in (*SEES, "bob", "adam")
    }  # fmt: skip
    for name, texts in SEES.items():
        assert all(text in pages[name] for text in texts), name
    for name in ("mallory", "nora", "bob", "adam"):
        assert "We ask first." not in pages[name]
        assert "of 3 teams" not in pages[name]
    for name in ("mallory", "bob", "adam"):
        assert "LSW North 1" not in pages[name]


def test_the_list_of_teams_and_its_file_are_for_those_who_follow_alerts(
    web: PageClient, world: World, alert: Alert
) -> None:
    _say(alert, world.alice, world.north, "=cmd, and more")
    _say(alert, world.alice, world.north, "=cmd, and more")
    for user in (world.carol, world.dan, world.hester):
        page = opened(web, user, f"/alerts/{alert.reference}/teams")
        assert "1 of 3 teams have said so" in page.text
        silent, talked = page.tables
        assert [row[0] for row in silent[1:]] == ["F Citywide 1", "LSW South 1"]
        assert talked[1][0] == "LSW North 1"
        assert "the latest of 2" in talked[1][2]
    csv = web.request("GET", f"/alerts/{alert.reference}/teams.csv").get_data(as_text=True)
    assert csv.splitlines()[1:] == [
        "Fostering,F Citywide 1,,,,,0",
        f'Locality social work,LSW North 1,{TODAY},Team meeting,"\'=cmd, and more",Alice,2',
        "Locality social work,LSW South 1,,,,,0",
    ]
    for user in (world.alice, world.bob, world.priya, world.adam):
        opened(web, user, f"/alerts/{alert.reference}/teams", status=403)
        web.get(f"/alerts/{alert.reference}/teams.csv", status=403)


def test_of_a_draft_there_is_no_list_of_teams(web: PageClient, world: World) -> None:
    alert = draft(world.carol)
    for path in ("teams", "teams.csv"):
        opened(web, world.carol, f"/alerts/{alert.reference}/{path}", status=404)


def test_a_closed_team_that_talked_is_still_shown_and_one_that_did_not_is_not_waited_for(
    world: World, alert: Alert
) -> None:
    _say(alert, world.alice, world.north)
    world.north.active = world.south.active = False
    db.session.commit()
    assert [line.name for line in teams_asked(alert)] == ["F Citywide 1", "LSW North 1"]


def test_a_person_says_once_that_they_have_read_it(
    web: PageClient, world: World, alert: Alert
) -> None:
    page = opened(web, world.priya, f"/alerts/{alert.reference}")
    for _ in "12":
        done = web.send(page, "I have read this")
        assert "You said that you have read this alert." in done.text
    other = opened(web, world.priya, f"/alerts/{alert.reference}")
    assert "I have read this" not in [each.text.strip() for each in other.html.find_all("button")]
    assert db.session.scalar(select(func.count()).select_from(AlertReading)) == 1
    assert "1 person has said" in opened(web, world.carol, f"/alerts/{alert.reference}").text


def test_two_windows_that_say_it_was_read_note_it_once(
    web: PageClient, world: World, alert: Alert
) -> None:
    pages = [opened(web, world.priya, f"/alerts/{alert.reference}") for _ in "12"]
    for page in pages:
        fresh = {"csrf_token": web.get(f"/alerts/{alert.reference}").csrf}
        web.post(f"/alerts/{alert.reference}/read", page.fields("I have read this") | fresh)
    assert db.session.scalar(select(func.count()).select_from(AlertReading)) == 1
    assert verbs(alert).count("read") == 1


def test_a_withdrawn_alert_is_not_read_any_more(
    web: PageClient, world: World, alert: Alert
) -> None:
    page = opened(web, world.priya, f"/alerts/{alert.reference}")
    changes.withdraw(world.dan, alert, alert.version, "No longer right.", TODAY)
    db.session.commit()
    web.send(page, "I have read this", status=403)


def _waits(user: User) -> list[tuple[str, bool, int]]:
    return [(line.title, line.unread, line.teams_waiting) for line in alerts_for(user)]


def test_what_waits_for_each_person_is_what_is_for_them_and_not_done(world: World) -> None:
    first = issued(world, title="For all")
    issued(world, title="For South", audience=Audience.of(teams=[world.south.id]))
    issued(world, title="For the office", audience=Audience.of(roles=[Role.DCS_OFFICE]))
    past = issued(world, title="Withdrawn")
    changes.withdraw(world.dan, past, past.version, "No longer right.", TODAY)
    db.session.commit()
    assert _waits(world.alice) == [("For all", True, 1)]
    assert _waits(world.mallory) == [("For South", True, 1), ("For all", True, 1)]
    assert _waits(world.hester) == [("For South", True, 1), ("For all", True, 3)]
    assert _waits(world.dan) == [("For the office", True, 0), ("For all", True, 0)]
    assert _waits(world.carol) == []
    _say(first, world.alice, world.north)
    db.session.add(AlertReading(alert_id=first.id, user_id=world.hester.id))
    db.session.commit()
    assert _waits(world.alice) == []
    assert _waits(world.hester) == [("For South", True, 1), ("For all", False, 2)]


def test_whoever_cannot_say_that_they_read_it_is_not_told_that_they_have_not(
    web: PageClient, world: World
) -> None:
    alert = issued(world)
    assert _waits(world.ivy) == []
    assert "Not yet read" not in opened(web, world.ivy, "/").text
    page = web.get(f"/alerts/{alert.reference}")
    assert "Read and talked about" not in [each.text for each in page.html.find_all("h2")]
    assert page.html.find(id="teams") is None
    assert opened(web, world.priya, page.path).html.find(id="teams").find("form")


@pytest.mark.sqlite_only
def test_home_shows_what_is_not_read_and_not_talked_about(web: PageClient, world: World) -> None:
    alert = issued(world, on=TODAY - timedelta(days=12))
    card = opened(web, world.alice, "/").html.find("h2", string="Practice alerts for you").parent
    said = " ".join(card.get_text(" ", strip=True).split())
    assert "Not yet read ; your team has not said that it talked about it" in said.replace(
        "read;", "read ;"
    )
    assert "issued 12 days ago" in said
    _say(alert, world.alice, world.north)
    assert web.get("/").html.find("h2", string="Practice alerts for you") is None


@pytest.mark.sqlite_only
def test_pages_ask_the_database_no_more_as_teams_and_alerts_grow(
    app: Flask, web: PageClient, world: World
) -> None:
    alert = issued(world)
    web.sign_in(world.hester)
    paths = ["/", f"/alerts/{alert.reference}", f"/alerts/{alert.reference}/teams"]
    before = [len(queries_of(web, path)) for path in paths]
    for number in range(12):
        team = Team(
            name=f"Team {number}",
            service_id=world.north.service_id,
            locality_id=world.north.locality_id,
        )
        db.session.add(team)
        db.session.commit()
        manager = make_user(f"manager{number}", Role.TEAM_MANAGER, team)
        db.session.commit()
        _say(alert, manager, team)
    after = [len(queries_of(web, path)) for path in paths]
    assert after == before
