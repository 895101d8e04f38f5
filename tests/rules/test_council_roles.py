"""Which roles the council's sign-in gives and takes."""

from __future__ import annotations

import pytest

from audit_app.rules.council_roles import PLACED, read_mapping, role_changes
from audit_app.rules.permissions import Role

MAPPING = {
    "Audit.Managers": Role.TEAM_MANAGER,
    "Audit.Leads": Role.PRACTICE_LEAD,
    "Audit.Office": Role.DCS_OFFICE,
}


def test_names_are_read_with_our_roles() -> None:
    text = " Audit.Managers = team_manager,Audit.Leads=practice_lead, Audit.Office=dcs_office,"
    assert read_mapping(text) == MAPPING
    assert read_mapping("") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Audit.Leads", "Theirs=ours"),
        ("=practice_lead", "Theirs=ours"),
        ("Audit.Leads=", "Theirs=ours"),
        ("Audit.Leads=leader", "there is no role leader: the roles are team_manager,"),
        ("Audit.Leads=practice_lead, Audit.Leads=dcs_office", "twice"),
        ("Audit.Inspectors=inspector", "must end on a day"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_mapping(text)


def test_a_role_that_has_a_place_is_left_to_an_administrator() -> None:
    assert {Role.TEAM_MANAGER, Role.MODERATOR, Role.HEAD_OF_SERVICE} == PLACED


def test_roles_are_given_and_taken_as_the_council_says() -> None:
    change = role_changes([Role.DCS_OFFICE], ["Audit.Leads", "Something.Else"], MAPPING)
    assert change.given == {Role.PRACTICE_LEAD}
    assert change.taken == {Role.DCS_OFFICE}


def test_a_role_with_a_place_is_taken_and_kept_and_never_given() -> None:
    kept = role_changes([Role.TEAM_MANAGER], ["Audit.Managers"], MAPPING)
    assert not kept.given | kept.taken | kept.unplaced
    assert role_changes([Role.TEAM_MANAGER], [], MAPPING).taken == {Role.TEAM_MANAGER}
    new = role_changes([], ["Audit.Managers"], MAPPING)
    assert not new.given
    assert new.unplaced == {Role.TEAM_MANAGER}


def test_roles_that_no_name_stands_for_stay() -> None:
    held = [Role.INSPECTOR, Role.ADMINISTRATOR]
    assert role_changes(held, [], MAPPING).taken == frozenset()
    assert role_changes(held, [], {}).taken == frozenset()
