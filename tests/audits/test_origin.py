"""What an audit comes from: another audit that it follows up, and the programme that gave it out."""

from __future__ import annotations

from tests.browser_page import PageClient
from tests.people import World

START = "Start a re-audit"


def test_a_manager_of_the_team_is_told_that_somebody_else_would_usually_audit_it_again(
    web: PageClient, world: World
) -> None:
    told = "Somebody outside its line of management would usually audit it again."
    own = world.recorded_audit(auditor=world.mallory, team=world.north, case="1111111")
    of_south = world.recorded_audit(auditor=world.alice, team=world.south, case="2222222")
    web.sign_in(world.alice)
    page = web.get(f"/audits/{own.reference}")
    assert told in page.text
    assert "counted apart" in page.text
    assert told not in web.get(f"/audits/{of_south.reference}").text
    draft = web.send(page, START)
    assert "1111111" in draft.text
