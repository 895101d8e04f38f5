"""A safeguarding concern starts the clock as it is saved, and none of its words are lost."""

from __future__ import annotations

from datetime import date

import pytest
from freezegun import freeze_time

from audit_app.audits.clock import tell_submitted
from audit_app.extensions import db
from audit_app.models.escalation import EscalationKept
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.escalations import NO_CONCERN
from tests.browser_page import PageClient
from tests.escalations.escalated import (
    CONCERN,
    audit_at,
    concern_at,
    draft_with_concern,
    entries,
    inadequate,
    save_concern,
)
from tests.escalations.test_answering import CLOSING
from tests.people import World
from tests.recording import OVERALL, start_audit

FIRST = (
    "The concern: A bruise that nobody has explained.\n"
    "Who was told: The team manager\nWhen: 20 November 2026"
)


def test_a_concern_in_a_draft_starts_the_clock(web: PageClient, world: World) -> None:
    tasks = draft_with_concern(web, world)
    escalation = concern_at(tasks.path)
    assert entries(escalation) == [("started", ""), ("concern", FIRST)]
    assert audit_at(tasks.path).state is AuditState.DRAFT


def test_no_concern_starts_no_clock(web: PageClient, world: World) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    web.send(web.get(f"{tasks.path}/section/overall"), "Save and come back later", **OVERALL)
    assert audit_at(tasks.path).escalations == []


@pytest.mark.parametrize(
    ("saved_on", "due_on"),
    [
        (date(2026, 11, 20), date(2026, 11, 23)),  # a Friday
        (date(2026, 11, 21), date(2026, 11, 23)),  # a Saturday
        (date(2026, 12, 24), date(2026, 12, 29)),  # before Christmas
    ],
)
def test_it_is_due_after_one_working_day(
    web: PageClient, world: World, saved_on: date, due_on: date
) -> None:
    with freeze_time(f"{saved_on} 10:00"):
        tasks = draft_with_concern(web, world)
    assert concern_at(tasks.path).due_on == due_on


def test_words_changed_later_are_kept_beside_the_first(web: PageClient, world: World) -> None:
    tasks = draft_with_concern(web, world)
    save_concern(web, tasks, concern_what="A mark, seen again.")
    save_concern(web, tasks, concern_what="A mark, seen again.")
    texts = [text for kind, text in entries(concern_at(tasks.path)) if kind == "concern"]
    assert len(texts) == 2
    assert texts[0] == FIRST
    assert "A mark, seen again." in texts[1]


def test_unticking_stops_nothing_and_is_recorded(web: PageClient, world: World) -> None:
    tasks = draft_with_concern(web, world)
    save_concern(web, tasks, safeguarding_concern="no", concern_what="")
    escalation = concern_at(tasks.path)
    assert entries(escalation)[-2:] == [("concern", FIRST), ("concern", NO_CONCERN)]
    assert escalation.closed_at is None


def test_while_typing_only_words_that_would_be_lost_are_recorded(
    web: PageClient, world: World
) -> None:
    web.sign_in(world.alice)
    tasks = start_audit(web, world)
    address = f"{tasks.path}/section/overall"
    for typed in ("A br", "A bruise on the arm.", "A mark", "A mark on the arm."):
        concern = {name.replace("__", "-"): said for name, said in CONCERN.items()}
        form = web.get(address).fields() | OVERALL | concern
        sent = web.request("POST", address, form | {"concern_what": typed, "then": "autosave"})
        assert sent.status_code == 200
    texts = [text for kind, text in entries(concern_at(tasks.path)) if kind == "concern"]
    assert len(texts) == 1
    assert texts[0].startswith("The concern: A bruise on the arm.")
    web.send(web.get(address), "Save and come back later")
    assert "A mark on the arm." in entries(concern_at(tasks.path))[-1][1]


def test_moving_the_case_to_another_team_is_recorded(web: PageClient, world: World) -> None:
    tasks = draft_with_concern(web, world)
    web.send(
        web.get(f"{tasks.path}/section/case"), "Save and come back later",
        team=str(world.fostering.id),
    )  # fmt: skip
    assert entries(concern_at(tasks.path))[-1] == (
        "note",
        "The audit was moved from LSW South 1 to F Citywide 1.",
    )


def test_a_discarded_draft_leaves_its_escalation_open(web: PageClient, world: World) -> None:
    tasks = draft_with_concern(web, world)
    web.send(web.get(f"{tasks.path}/discard"))
    assert audit_at(tasks.path).state is AuditState.DISCARDED
    escalation = concern_at(tasks.path)
    assert escalation.closed_at is None
    assert "discarded" in entries(escalation)[-1][1]


def test_nothing_recorded_can_be_changed_or_deleted(world: World) -> None:
    escalation = inadequate(world)

    def change_entry() -> None:
        escalation.entries[0].text = "Something else."

    def put_off() -> None:
        escalation.due_on = date(2030, 1, 1)

    def close_silently() -> None:
        escalation.closed_at, escalation.closed_by_id = escalation.started_at, world.hester.id

    for attempt in (
        change_entry,
        put_off,
        close_silently,
        lambda: db.session.delete(escalation.entries[0]),
        lambda: db.session.delete(escalation),
    ):
        attempt()
        with pytest.raises(EscalationKept):
            db.session.flush()
        db.session.rollback()


def test_a_concern_written_about_after_it_was_closed_opens_it_again(
    web: PageClient, world: World
) -> None:
    tasks = draft_with_concern(web, world)
    address = f"/escalations/{concern_at(tasks.path).reference}"
    web.sign_out()
    web.sign_in(world.hester)
    web.send(web.get(f"{address}/close"), **CLOSING)
    assert concern_at(tasks.path).closed_at is not None
    web.sign_out()
    web.sign_in(world.alice)
    save_concern(web, tasks, **(CONCERN | {"concern_what": "There is another bruise."}))
    escalation = concern_at(tasks.path)
    assert escalation.closed_at is None
    kinds = [kind for kind, _ in entries(escalation)]
    assert kinds == ["started", "concern", "closed", "concern", "reopened"]


def type_concern(web: PageClient, world: World, what: str = "A mark on the arm.") -> str:
    """A draft in which the page itself saved a concern; the address of its section."""
    web.sign_in(world.alice)
    address = f"{start_audit(web, world).path}/section/overall"
    concern = {name.replace("__", "-"): said for name, said in CONCERN.items()}
    form = web.get(address).fields() | OVERALL | concern | {"concern_what": what}
    web.request("POST", address, form | {"then": "autosave"})
    return address


def test_what_was_only_typed_is_copied_in_the_name_of_who_closes_it(
    web: PageClient, world: World
) -> None:
    escalation = concern_at(type_concern(web, world))
    assert entries(escalation) == [("started", "")]
    web.sign_out()
    web.sign_in(world.hester)
    page = web.send(web.get(f"/escalations/{escalation.reference}/close"), **CLOSING)
    copied = concern_at(f"/audits/{escalation.audit.reference}").entries[1]
    assert "A mark on the arm." in (copied.text or "")
    assert copied.by == world.hester
    assert "The concern as it stood when Hester closed it" in page.text
    assert "What the auditor wrote of the concern" not in page.text


def test_a_concern_that_was_only_typed_is_recorded_as_it_is_submitted(
    web: PageClient, world: World
) -> None:
    address = type_concern(web, world)
    for _ in range(2):
        tell_submitted(world.alice, audit_at(address))
        db.session.commit()
    written = concern_at(address).entries[1:]
    assert [each.by for each in written] == [world.alice]
    assert "A mark on the arm." in (written[0].text or "")
