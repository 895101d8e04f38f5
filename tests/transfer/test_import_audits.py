"""The command: what it writes, what it refuses, and that it never does half."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from audit_app.extensions import db
from audit_app.models import (
    Finding,
    HistoryEvent,
    JudgementRow,
    Locality,
    Moderation,
    Service,
    Stage,
    Team,
    User,
)
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import FamilyFeedback, WorkerInvolvement
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from tests.disposal.filled import disposed_before
from tests.people import World
from tests.transfer.audit_files import (
    COLUMNS,
    MODERATED,
    audit,
    count_of,
    csv_file,
    held,
    run_import,
    workbook_file,
)


@pytest.mark.sqlite_only
def test_an_audit_of_a_year_that_was_disposed_of_is_refused_and_others_are_not(
    app: Flask, world: World, tmp_path: Path
) -> None:
    disposed_before(date(2020, 1, 1))
    rows = [audit(audit_date="2019-12-31"), audit("1000002", audit_date="2020-01-01")]
    refused = run_import(app, tmp_path, csv_file(rows))
    assert refused.exit_code == 1
    assert "The records of 2019 were disposed of" in refused.output
    assert held() == []
    assert run_import(app, tmp_path, csv_file(rows[1:])).exit_code == 0


def test_an_audit_that_was_not_moderated_is_complete_with_its_own_judgement(
    app: Flask, world: World, tmp_path: Path
) -> None:
    done = run_import(app, tmp_path, csv_file([audit(voice="", plan="i")]))
    assert done.exit_code == 0, done.stderr
    [made] = held()
    assert made.imported
    assert made.state is AuditState.COMPLETE
    assert (made.overall, made.final_overall) == (Judgement.GOOD, Judgement.GOOD)
    assert (made.audit_date, made.audit_month) == (date(2020, 3, 2), 202003)
    assert (made.auditor, made.team) == (world.alice, world.north)
    assert (made.service_id, made.locality_id) == (world.north.service_id, world.north.locality_id)
    assert made.worker_involvement is WorkerInvolvement.INVOLVED
    assert made.family_feedback is FamilyFeedback.NONE_RECORDED
    assert made.moderation is None
    found = {each.thread.code: each.judgement for each in made.findings}
    assert found["voice"] is Judgement.NOT_ENOUGH_EVIDENCE
    assert found["plan"] is Judgement.INADEQUATE
    assert found["chronology"] is Judgement.REQUIRES_IMPROVEMENT
    assert [each.thread.code for each in made.findings][:2] == ["chronology", "plan"]
    assert all(each.judgement is each.final_judgement for each in made.findings)


def test_a_moderated_audit_keeps_both_judgements_and_reports_the_moderators(
    app: Flask, world: World, tmp_path: Path
) -> None:
    assert run_import(app, tmp_path, csv_file([audit(**MODERATED)])).exit_code == 0
    [made] = held()
    assert made.state is AuditState.MODERATED
    assert (made.overall, made.final_overall) == (Judgement.GOOD, Judgement.INADEQUATE)
    assert made.moderation is not None
    assert made.moderation.moderator == world.bob
    assert made.moderation.moderated_on == date(2020, 3, 20)
    assert made.moderation.practice_note == MODERATED["moderation_note"]
    overall = [row for row in made.judgements if row.thread_id is None]
    assert [(row.stage, row.judgement, row.made_by_id) for row in overall] == [
        (Stage.AUDITED, Judgement.GOOD, world.alice.id),
        (Stage.MODERATED, Judgement.INADEQUATE, world.bob.id),
    ]


def test_history_is_taken_as_judged_without_asking_for_reasons(
    app: Flask, world: World, tmp_path: Path
) -> None:
    """Outstanding above Inadequate threads, and a change in moderation without a note."""
    weak = dict.fromkeys(("chronology", "plan", "voice"), "Inadequate")
    row = audit(overall="Outstanding", **weak, **(MODERATED | {"moderation_note": ""}))
    assert run_import(app, tmp_path, csv_file([row])).exit_code == 0
    assert held()[0].final_overall is Judgement.INADEQUATE


def test_the_same_file_twice_changes_nothing_the_second_time(
    app: Flask, world: World, tmp_path: Path
) -> None:
    file = csv_file([audit(), audit("1000002", **MODERATED)])
    run_import(app, tmp_path, file)
    tables = (Finding, JudgementRow, Moderation, HistoryEvent, User)
    before = [count_of(table) for table in tables]
    again = run_import(app, tmp_path, file)
    assert again.exit_code == 0
    assert "0 audits added, 2 are already held" in again.stdout
    assert len(held()) == 2
    assert [count_of(table) for table in tables] == before


def test_the_same_audits_in_a_workbook_in_another_order_are_already_held(
    app: Flask, world: World, tmp_path: Path
) -> None:
    rows = [audit(), audit("1000002", **MODERATED)]
    run_import(app, tmp_path, csv_file(rows))
    turned = workbook_file(reversed(rows), COLUMNS[::-1])
    assert "2 are already held" in run_import(app, tmp_path, turned).stdout
    assert len(held()) == 2


def test_a_held_audit_with_other_content_is_a_problem_and_is_not_overwritten(
    app: Flask, world: World, tmp_path: Path
) -> None:
    run_import(app, tmp_path, csv_file([audit()]))
    changed = csv_file([audit(overall="Inadequate"), audit("1000002")])
    refused = run_import(app, tmp_path, changed)
    assert refused.exit_code == 1
    assert "row 2, overall: This differs from the audit already held in overall" in refused.stderr
    assert [each.overall for each in held()] == [Judgement.GOOD]


def test_an_audit_recorded_here_is_the_same_audit_when_a_file_says_the_same(
    app: Flask, world: World, tmp_path: Path
) -> None:
    world.recorded_audit(Judgement.GOOD, on=date(2020, 3, 2), team=world.north, case="1000001")
    same = audit(worker_involved="no") | dict.fromkeys(COLUMNS[11:17], "Good")
    done = run_import(app, tmp_path, csv_file([same]))
    assert "1 is already held" in done.stdout, done.stderr
    assert len(held()) == 1


def test_an_imported_audit_is_still_the_same_after_its_team_has_moved(
    app: Flask, world: World, tmp_path: Path
) -> None:
    file = csv_file([audit()])
    run_import(app, tmp_path, file)
    world.north.service_id = world.fostering.service_id
    db.session.commit()
    assert run_import(app, tmp_path, file).exit_code == 0
    assert len(held()) == 1


def test_one_bad_row_keeps_every_row_out_and_each_problem_is_named(
    app: Flask, world: World, tmp_path: Path
) -> None:
    rows = [
        audit(),
        audit("1000002", overall="Fair", audit_date="31/02/2020"),
        audit("not a case"),
    ]
    refused = run_import(app, tmp_path, csv_file(rows))
    assert refused.exit_code == 1
    assert "row 3, overall: “Fair” is not a judgement" in refused.stderr
    assert "row 3, audit_date: “31/02/2020” is not a date" in refused.stderr
    assert "row 4, case_reference" in refused.stderr
    assert not held()
    assert not count_of(HistoryEvent)


def test_bad_rows_are_left_out_and_listed_only_where_asked(
    app: Flask, world: World, tmp_path: Path
) -> None:
    file = csv_file([audit(), audit("1000002", overall="Fair"), audit("1000003")])
    done = run_import(app, tmp_path, file, "--skip-bad-rows")
    assert done.exit_code == 0
    assert "row 3, overall" in done.stderr
    assert "2 audits added" in done.stdout
    assert [each.case_reference for each in held()] == ["1000001", "1000003"]


def test_a_file_of_bad_rows_only_is_refused_even_where_bad_rows_are_skipped(
    app: Flask, world: World, tmp_path: Path
) -> None:
    refused = run_import(app, tmp_path, csv_file([audit(overall="Fair")]), "--skip-bad-rows")
    assert refused.exit_code == 1


def test_a_dry_run_says_what_would_be_added_and_adds_nothing(
    app: Flask, world: World, tmp_path: Path
) -> None:
    file = csv_file([audit(team="LSW North 9")])
    dry = run_import(app, tmp_path, file, "--dry-run", "--create-missing")
    assert dry.exit_code == 0
    assert "1 audit would be added" in dry.stdout
    assert "LSW North 9" in dry.stdout
    assert not held()
    assert count_of(Team) == 3


def test_unknown_names_are_listed_and_nothing_is_made_unasked(
    app: Flask, world: World, tmp_path: Path
) -> None:
    row = audit(service="Permanence", locality="Central", team="P Central 1",
                auditor="jo@example.gov.uk")  # fmt: skip
    refused = run_import(app, tmp_path, csv_file([row]))
    assert refused.exit_code == 1
    for name in ("Permanence", "Central", "P Central 1", "jo@example.gov.uk"):
        assert name in refused.stderr
    assert count_of(Service) == 2
    assert not held()


def test_missing_places_and_people_are_made_where_asked(
    app: Flask, world: World, tmp_path: Path
) -> None:
    new = MODERATED | {"moderator": "Max.Moss@example.gov.uk"}
    row = audit(service="Permanence", locality="Central", team="P Central 1",
                auditor="jo.field@example.gov.uk", **new)  # fmt: skip
    done = run_import(app, tmp_path, csv_file([row]), "--create-missing")
    assert done.exit_code == 0, done.stderr
    [made] = held()
    assert (made.service.name, made.locality.name) == ("Permanence", "Central")
    assert (made.team.service_id, made.team.locality_id) == (made.service_id, made.locality_id)
    jo = made.auditor
    assert (jo.name, jo.roles) == ("Jo Field", frozenset({Role.TEAM_MANAGER}))
    assert jo.password_hash is None
    assert made.moderation is not None
    assert made.moderation.moderator.email == "max.moss@example.gov.uk"
    assert made.moderation.moderator.roles == {Role.MODERATOR}


def test_only_what_the_good_rows_name_is_made(app: Flask, world: World, tmp_path: Path) -> None:
    rows = [audit(), audit("1000002", team="LSW North 9", overall="Fair")]
    options = ("--create-missing", "--skip-bad-rows")
    assert run_import(app, tmp_path, csv_file(rows), *options).exit_code == 0
    assert count_of(Team) == 3


def test_names_in_other_letters_are_the_same_names(
    app: Flask, world: World, tmp_path: Path
) -> None:
    row = audit(service="LOCALITY  social work", locality="north", team="lsw north 1",
                auditor="ALICE@example.gov.uk")  # fmt: skip
    assert run_import(app, tmp_path, csv_file([row]), "--create-missing").exit_code == 0
    assert count_of(Team) == 3
    assert held()[0].team == world.north


def test_a_team_in_two_places_is_an_error_even_where_names_may_be_made(
    app: Flask, world: World, tmp_path: Path
) -> None:
    rows = [
        audit(team="New 1"),
        audit("1000002", team="New 1", locality="Citywide"),
        audit("1000003", locality="Citywide"),
    ]
    refused = run_import(app, tmp_path, csv_file(rows), "--create-missing")
    assert refused.exit_code == 1
    assert "North (row 2); Locality social work, Citywide (row 3)" in refused.stderr
    assert "row 4, team: “LSW North 1” is not a team of Locality social work, Citywide" in (
        refused.stderr
    )


def test_rows_about_the_same_audit_are_errors_with_both_row_numbers(
    app: Flask, world: World, tmp_path: Path
) -> None:
    rows = [audit(), audit(), audit("1000002"), audit("1000002", overall="Inadequate")]
    refused = run_import(app, tmp_path, csv_file(rows))
    assert refused.exit_code == 1
    assert "row 3, case_reference: This row repeats row 2" in refused.stderr
    assert "row 4, case_reference: Row 5 is about the same audit" in refused.stderr
    assert "row 5, case_reference: Row 4 is about the same audit" in refused.stderr
    assert not held()


def test_two_audits_of_one_case_on_one_day_by_two_auditors_are_two(
    app: Flask, world: World, tmp_path: Path
) -> None:
    rows = [audit(), audit(auditor="mallory@example.gov.uk"), audit(audit_type="dip sample")]
    assert run_import(app, tmp_path, csv_file(rows)).exit_code == 0
    assert len(held()) == 3


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"moderator": ""}, "moderator", "must all be there, or none"),
        ({"moderated_overall": ""}, "moderated_overall", "must all be there, or none"),
        ({"moderated_on": "2020-03-01"}, "moderated_on", "before the audit"),
        ({"moderated_on": "2120-03-01"}, "moderated_on", "in the future"),
        ({"moderator": "ALICE@example.gov.uk"}, "moderator", "must not be the auditor"),
        ({"moderated_overall": "Not enough evidence to judge"}, "moderated_overall", "on the sca"),
        ({"audit_date": "1999-12-31"}, "audit_date", "before 2000"),
        ({"audit_date": "2120-01-01"}, "audit_date", "in the future"),
        ({"overall": ""}, "overall", "This is empty"),
        ({"thread_set": "1999"}, "thread_set", "is not a thread set here: 2021"),
        ({"worker_involved": "perhaps"}, "worker_involved", "not yes or no"),
        ({"audit_type": "casual"}, "audit_type", "is not one of full, thematic"),
        ({"auditor": "alice"}, "auditor", "is not an e-mail address"),
        ({"team": "T" * 81}, "team", "80 characters or fewer"),
        ({"moderation_note": "n" * 2001}, "moderation_note", "2,000 characters or fewer"),
        ({"moderation_note": "a\x1b[31mb"}, "moderation_note", "cannot be printed"),
    ],
)
def test_what_is_wrong_is_told_with_row_column_and_reason(
    app: Flask, world: World, tmp_path: Path, changes: dict[str, str], column: str, reason: str
) -> None:
    row = audit("1000002", **(MODERATED | changes))
    refused = run_import(app, tmp_path, csv_file([audit(), row]), "--json", "--create-missing")
    assert refused.exit_code == 1
    said = json.loads(refused.stdout)
    assert said["outcome"] == "refused"
    assert [each for each in said["problems"] if each["row"] == 3 and each["column"] == column]
    assert any(reason in each["reason"] for each in said["problems"])
    assert not held()


def test_a_note_without_a_moderation_is_not_lost_in_silence(
    app: Flask, world: World, tmp_path: Path
) -> None:
    refused = run_import(app, tmp_path, csv_file([audit(moderation_note="Agreed.")]))
    assert "row 2, moderation_note" in refused.stderr


def test_columns_unknown_missing_and_twice_are_all_named(
    app: Flask, world: World, tmp_path: Path
) -> None:
    columns = [each for each in COLUMNS if each not in ("voice", "overall")]
    refused = run_import(app, tmp_path, csv_file([audit()], [*columns, "colour", "team"]))
    assert refused.exit_code == 1
    for line in (
        "row 1, overall: This column is missing",
        "row 1, voice: This column is missing",
        "row 1, colour: This is not a column",
        "row 1, team: This column stands in the file twice",
    ):
        assert line in refused.stderr


def test_the_result_as_json_counts_what_was_done(app: Flask, world: World, tmp_path: Path) -> None:
    rows = [audit(), audit("1000002", overall="Fair"), audit("1000003", team="New 1")]
    options = ("--json", "--create-missing", "--skip-bad-rows")
    said = json.loads(run_import(app, tmp_path, csv_file(rows), *options).stdout)
    assert said["outcome"] == "written"
    assert (said["rows"], said["written"], said["already_held"]) == (3, 2, 0)
    assert said["skipped"] == [3]
    assert said["created"]["teams"] == [
        {"name": "New 1", "service": "Locality social work", "locality": "North"}
    ]


def test_long_lists_of_problems_are_cut_short_and_counted(
    app: Flask, world: World, tmp_path: Path
) -> None:
    rows = [audit(str(2_000_000 + number), overall="Fair") for number in range(250)]
    refused = run_import(app, tmp_path, csv_file(rows))
    assert refused.stderr.count("is not a judgement") == 200
    assert "and 50 more" in refused.stderr


def test_an_import_is_remembered_once_with_how_much_it_added(
    app: Flask, world: World, tmp_path: Path
) -> None:
    run_import(app, tmp_path, csv_file([audit(), audit("1000002")]))
    [event] = db.session.scalars(select(HistoryEvent))
    assert event.verb == "imported audits"
    assert event.record_reference.endswith("-2")


def test_a_judgement_is_dated_when_it_was_made(app: Flask, world: World, tmp_path: Path) -> None:
    run_import(app, tmp_path, csv_file([audit(**MODERATED)]))
    days = {row.stage: datetime.date(row.made_at) for row in held()[0].judgements}
    assert days == {Stage.AUDITED: date(2020, 3, 2), Stage.MODERATED: date(2020, 3, 20)}


def test_a_file_that_is_not_there_is_wrong_usage(app: Flask, world: World) -> None:
    assert app.test_cli_runner().invoke(args=["import-audits", "/no/such.csv"]).exit_code == 2


def test_a_locality_is_never_made_twice_by_its_spelling(
    app: Flask, world: World, tmp_path: Path
) -> None:
    rows = [audit(locality="East", team="E 1"), audit("1000002", locality="EAST", team="E 1")]
    assert run_import(app, tmp_path, csv_file(rows), "--create-missing").exit_code == 0
    assert count_of(Locality) == 3
