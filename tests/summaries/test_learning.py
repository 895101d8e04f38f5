"""A summary tells of the alerts of its period that reach its place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from audit_app.alerts.talked import teams_asked
from audit_app.extensions import db
from audit_app.models import Alert, AlertAcknowledgement, Team, User
from audit_app.rules.alert_audience import Audience
from audit_app.rules.alert_steps import AlertState
from audit_app.rules.summary_periods import quarter_of
from audit_app.summaries.contents import Contents, contents
from tests.alerts.alerts_to_try import TODAY, issued, submitted
from tests.people import World
from tests.summaries.worlds import values

pytestmark = pytest.mark.sqlite_only


def alerts_of(service: int | None = None, back: int = 0) -> dict[str, dict[str, Any]]:
    """The table of alerts of this quarter, or of one so many quarters back."""
    found = contents(quarter(back), service, TODAY)
    return values(found, "learning", "alerts") if found.section("learning") else {}


def quarter(back: int) -> Any:
    period = quarter_of(TODAY)
    for _ in range(back):
        period = period.before
    return period


def talked(alert: Alert, team: Team, by: User) -> None:
    db.session.add(
        AlertAcknowledgement(
            alert_id=alert.id,
            team_id=team.id,
            discussed_on=TODAY,
            where_discussed="Team meeting",
            what_changes="Direct work is in every plan.",
            by_id=by.id,
        )
    )
    db.session.commit()


def said(of: Contents) -> str:
    return " ".join(of.headline.doing)


def test_alerts_issued_in_the_period_stand_under_their_numbers(world: World) -> None:
    issued(world)
    submitted(world.carol, title="Nobody has approved this one")
    (number,) = alerts_of()
    assert number == f"PA {TODAY.year}/01"
    assert alerts_of(back=1) == {}
    sentence = said(contents(quarter(0), None, TODAY))
    assert f"1 practice alert was issued: {number} “See the child alone" in sentence
    assert "Nobody has approved" not in sentence


def test_an_alert_withdrawn_since_was_issued_all_the_same(world: World) -> None:
    alert = issued(world)
    alert.state = AlertState.WITHDRAWN
    alert.withdrawn_on, alert.withdrawn_because = TODAY, "The practice standard changed."
    db.session.commit()
    ((_, row),) = alerts_of().items()
    assert row["Stands"] == ("Withdrawn",)
    assert "(withdrawn since)" in said(contents(quarter(0), None, TODAY))


def test_teams_that_talked_about_it_are_told_of_those_it_is_for(world: World) -> None:
    alert = issued(world)
    talked(alert, world.north, world.alice)
    ((_, whole),) = alerts_of().items()
    ((_, fostering),) = alerts_of(world.fostering.service_id).items()
    assert whole["Teams that talked about it"][::2] == (1, 3)
    assert fostering["Teams that talked about it"][::2] == (0, 1)


def test_each_alert_is_told_with_its_own_teams_as_on_its_page(world: World) -> None:
    """One that another team talked about, and that is for others, counts for neither."""
    for_south = issued(world, audience=Audience.of(services=[world.south.service_id]))
    for_one = issued(world, audience=Audience.of(teams=[world.fostering.id]))
    talked(for_south, world.north, world.alice)
    talked(for_one, world.fostering, world.hester)
    world.south.active = False
    db.session.commit()
    by_number = {alert.evidence["number"]: alert for alert in (for_south, for_one)}
    found = alerts_of()
    assert found.keys() == by_number.keys()
    for number, row in found.items():
        page = teams_asked(by_number[number])
        said = [team for team in page if team.said]
        assert row["Teams that talked about it"][::2] == (len(said), len(page))
    assert [row["Teams that talked about it"][::2] for row in found.values()] == [(1, 1), (1, 1)]


def test_a_team_that_talked_and_closed_is_told_of_as_on_the_alerts_page(world: World) -> None:
    alert = issued(world, audience=Audience.of(services=[world.south.service_id]))
    talked(alert, world.south, world.alice)
    world.south.active = False
    db.session.commit()
    ((_, row),) = alerts_of().items()
    assert row["Teams that talked about it"][::2] == (1, len(teams_asked(alert))) == (1, 2)


@pytest.mark.parametrize("of", ["service", "team"])
def test_a_service_is_told_only_of_what_reaches_it(world: World, of: str) -> None:
    for_it = {
        "service": Audience.of(services=[world.south.service_id]),
        "team": Audience.of(teams=[world.south.id]),
    }
    issued(world, audience=for_it[of])
    assert len(alerts_of(world.south.service_id)) == 1
    assert alerts_of(world.fostering.service_id) == {}
    assert len(alerts_of()) == 1


def test_an_alert_of_another_quarter_is_not_told_of(world: World) -> None:
    alert = issued(world)
    alert.issued_on = quarter(0).first - timedelta(days=1)
    db.session.commit()
    assert alerts_of() == {}
    assert len(alerts_of(back=1)) == 1
    assert isinstance(alert.issued_on, date)
