"""How one auditor judges is for them and practice leads: every role is tried at every door."""

from __future__ import annotations

import re

import pytest

from audit_app.extensions import db
from audit_app.models import HistoryEvent, RoleGrant, User
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import ROLE_PERMISSIONS, Permission, Role
from tests.browser_page import PageClient
from tests.insight.moderations import Both, record_both
from tests.people import World, make_user

pytestmark = pytest.mark.sqlite_only

O, G, R, I, N = Judgement  # noqa: E741
LIST, OWN = "/insight/profiles", "/insight/my-judging"
#: Who may open the list and anybody's profile, and who their own page.
OPENS_ANYBODYS = {Role.PRACTICE_LEAD}
OPENS_OWN = {Role.TEAM_MANAGER}


def profile_of(user: User) -> str:
    return f"{LIST}/{user.reference}"


def opened(auditor: User) -> list[str]:
    """Who opened the profile, by the history."""
    rows = db.session.scalars(
        db.select(User.name)
        .join(HistoryEvent, HistoryEvent.user_id == User.id)
        .where(
            HistoryEvent.record_type == "user",
            HistoryEvent.record_reference == auditor.reference,
            HistoryEvent.verb == "opened how they judge",
        )
        .order_by(HistoryEvent.id)
    )
    return list(rows)


def test_each_role_finds_the_doors_open_or_shut(web: PageClient, world: World) -> None:
    record_both(world, Both())
    people = {
        role: make_user(f"a{number}", role, world.north, f"E20{number}")
        for number, role in enumerate(Role)
    }
    db.session.commit()
    for role, person in people.items():
        web.sign_in(person)
        lead, own = role in OPENS_ANYBODYS, role in OPENS_OWN
        found = [
            web.request("GET", address).status_code
            for address in (LIST, profile_of(world.alice), profile_of(person), OWN)
        ]
        # A lead who never audits has no profile either.
        anybodys = [200, 200, 404] if lead else [403, 403, 403]
        assert found == [*anybodys, 200 if own else 403], role
        web.sign_out()
    assert opened(world.alice) == [people[Role.PRACTICE_LEAD].name]


def test_the_permissions_are_held_by_nobody_else() -> None:
    for permission, holders in (
        (Permission.JUDGING_READ, OPENS_ANYBODYS),
        (Permission.AUDIT_RECORD, OPENS_OWN),
    ):
        assert {role for role, verbs in ROLE_PERMISSIONS.items() if permission in verbs} == holders


def test_nobody_who_is_not_signed_in_is_let_in(web: PageClient, world: World) -> None:
    record_both(world, Both())
    for address in (LIST, profile_of(world.alice), OWN):
        sent = web.request("GET", address)
        assert sent.status_code == 303
        assert "/account/sign-in" in (sent.location or "")


def test_an_auditor_sees_their_own_and_no_colleagues(web: PageClient, world: World) -> None:
    (own,) = record_both(world, Both(G, R), auditor=world.alice)
    (others,) = record_both(world, Both(O, G), auditor=world.mallory)
    web.sign_in(world.alice)
    page = web.get(OWN)
    assert own.reference in page.text
    assert others.reference not in page.text
    assert page.tables[0][1][1] == "1"
    for address in (profile_of(world.alice), profile_of(world.mallory), LIST):
        web.get(address, status=403)
    # Whatever is added to the address, it is theirs.
    for more in (f"?auditor={world.mallory.id}", f"?reference={world.mallory.reference}"):
        assert web.get(OWN + more).tables == page.tables


def test_somebody_of_several_roles_opens_what_each_opens(web: PageClient, world: World) -> None:
    record_both(world, Both(), auditor=world.alice)
    world.dan.grants.append(RoleGrant(role=Role.PRACTICE_LEAD))
    world.hester.grants.append(RoleGrant(role=Role.TEAM_MANAGER, team_id=world.north.id))
    db.session.commit()
    web.sign_in(world.dan)
    web.get(profile_of(world.alice))
    web.get(OWN, status=403)
    web.sign_out()
    web.sign_in(world.hester)
    assert "None of your audits has been moderated yet" in web.get(OWN).text
    web.get(profile_of(world.alice), status=403)


def test_history_keeps_who_opened_it_and_the_auditor_sees_it(web: PageClient, world: World) -> None:
    record_both(world, Both())
    web.sign_in(world.alice)
    assert "Nobody but you" in web.get(OWN).text
    assert opened(world.alice) == []
    web.sign_out()
    web.sign_in(world.carol)
    assert web.request("HEAD", profile_of(world.alice)).status_code == 200
    web.get(profile_of(world.alice))
    web.get(f"{profile_of(world.alice)}?way=open-random")
    assert opened(world.alice) == ["Carol", "Carol"]
    assert "Who opened this page" not in web.get(profile_of(world.alice)).text
    web.sign_out()
    web.sign_in(world.alice)
    page = web.get(OWN)
    assert page.text.count("Carol, ") == 3


def test_a_lead_who_audits_reads_their_own_unremembered(web: PageClient, world: World) -> None:
    world.carol.grants.append(RoleGrant(role=Role.TEAM_MANAGER, team_id=world.north.id))
    record_both(world, Both(), auditor=world.carol)
    web.sign_in(world.carol)
    assert web.get(profile_of(world.carol)).h1.startswith("How your judgements")
    assert opened(world.carol) == []


def test_nothing_is_shown_or_remembered_on_a_browsers_guess(web: PageClient, world: World) -> None:
    record_both(world, Both())
    web.sign_in(world.carol)
    path, guess = profile_of(world.alice), {"Sec-Purpose": "prefetch"}
    assert web.request("GET", path, headers=guess).status_code == 503
    assert opened(world.alice) == []


def test_there_is_no_profile_of_somebody_who_never_audited(web: PageClient, world: World) -> None:
    web.sign_in(world.carol)
    for person in (world.priya, world.bob, world.dan):
        web.get(profile_of(person), status=404)
        assert opened(person) == []
    web.get(f"{LIST}/ABCD-2345", status=404)


def test_the_list_holds_names_in_their_order_and_no_figure(web: PageClient, world: World) -> None:
    record_both(world, *[Both(O, I)] * 12, auditor=world.mallory)
    record_both(world, Both(), auditor=world.alice)
    web.sign_in(world.carol)
    page = web.get(LIST)
    people = [text for text, link in page.links().items() if "/profiles/" in link]
    assert people == ["Alice", "Mallory"]
    # The only digits are those in the names of teams.
    assert set(re.findall(r"\d+", page.text.split("Auditors by name")[1])) == {"1"}


def test_only_moderated_audits_are_in_it(web: PageClient, world: World) -> None:
    """A blind one that waits shows nothing, not even to a lead who may yet judge it."""
    made = record_both(world, *[Both(G, R, blind=True)] * len(AuditState))
    for audit, state in zip(made, AuditState, strict=True):
        audit.state = state
    world.carol.grants.append(RoleGrant(role=Role.MODERATOR))
    db.session.commit()
    web.sign_in(world.carol)
    page = web.get(profile_of(world.alice))
    assert page.tables[0][1][:2] == ["Blind, chosen at random", "4"]
    shown = {row[0] for row in page.tables[-1][1:]}
    moderated = {"moderated", "accepted", "disputed", "resolved"}
    assert shown == {audit.reference for audit in made if audit.state.value in moderated}


def test_few_audits_show_counts_alone(web: PageClient, world: World) -> None:
    record_both(world, *[Both()] * 6, *[Both(G, R)] * 3)
    web.sign_in(world.alice)
    page = web.get(OWN)
    assert "%" not in "".join(cell for table in page.tables for row in table[1:] for cell in row)
    assert (
        "Of 9 audits chosen at random and moderated in the open, the moderator kept the grade in "
        "6. These are too few to tell more than chance."
    ) in page.text
    record_both(world, Both())
    page = web.get(OWN)
    assert page.tables[0][1][2] == "7 (70%)"
    assert "not clearly stricter or kinder: 0 moved up, 3 moved down." in page.text


def test_each_thread_has_a_line_of_its_own(web: PageClient, world: World) -> None:
    record_both(world, Both(threads={"plan": R}), Both(threads={"plan": N, "voice": G}))
    web.sign_in(world.alice)
    table = next(table for table in web.get(OWN).tables if table[0][0] == "Thread")
    lines = {row[0]: (row[1], row[-1]) for row in table[1:]}
    assert len(lines) == 6
    assert lines["Strengths-based, co-produced plan"] == ("1", "1")
    assert lines["Impact chronology"] == ("2", "0")


def test_there_are_no_files_of_a_person(web: PageClient, world: World) -> None:
    record_both(world, *[Both()] * 12)
    web.sign_in(world.carol)
    for address in (profile_of(world.alice), LIST, OWN):
        for ending in ("csv", "xlsx", "json", "pdf"):
            assert web.request("GET", f"{address}.{ending}").status_code == 404
    page = web.get(profile_of(world.alice))
    assert not [link for link in page.links().values() if re.search(r"\.(csv|xlsx|json|pdf)", link)]


def test_an_unknown_way_of_moderating_is_not_found(web: PageClient, world: World) -> None:
    record_both(world, Both())
    web.sign_in(world.alice)
    web.get(f"{OWN}?way=open-random")
    web.get(f"{OWN}?way=anyhow", status=404)


def test_home_leads_an_auditor_there_and_the_moderation_page_a_lead(
    web: PageClient, world: World
) -> None:
    record_both(world, Both())
    web.sign_in(world.alice)
    assert OWN in web.get("/").links().values()
    web.sign_out()
    for person, leads in ((world.carol, True), (world.hester, False), (world.bob, False)):
        web.sign_in(person)
        assert OWN not in web.get("/").links().values()
        assert (LIST in web.get("/insight/moderation").links().values()) is leads
        web.sign_out()
