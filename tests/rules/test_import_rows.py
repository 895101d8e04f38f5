"""Reading a row of a file: whatever stands in it, an audit or what is wrong with it comes back."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from audit_app.rules.audits import AuditType, Selection
from audit_app.rules.import_cells import Cell, Unreadable
from audit_app.rules.import_columns import FIXED, RawRow
from audit_app.rules.import_places import Known
from audit_app.rules.import_plan import RowsRead, plan_import, read_rows
from audit_app.rules.import_rows import AuditRow, ThreadSetWords
from audit_app.rules.judgements import Judgement

CODES = ("plan", "voice")
SETS = {"2021": ThreadSetWords(CODES)}
TODAY = date(2026, 3, 1)
COLUMNS = (*FIXED, *CODES)

RIGHT: dict[str, Cell] = {
    "case_reference": "3267420",
    "audit_date": "02/09/2019",
    "audit_type": "dip sample",
    "selection": "self-selected",
    "service": "Fostering",
    "locality": "Citywide",
    "team": "F 1",
    "auditor": "a@example.gov.uk",
    "worker_involved": "Yes",
    "family_feedback": "no",
    "thread_set": "2021",
    "overall": "ri",
    "moderated_on": "",
    "moderator": "",
    "moderated_overall": "",
    "moderation_note": "",
    "plan": "O",
    "voice": "",
}

texts = st.text(st.characters(codec="utf-8", exclude_categories=()), max_size=40)
cells: st.SearchStrategy[Cell] = st.one_of(
    texts, st.dates(), st.just(""), st.just(Unreadable("a time")), st.sampled_from(list("ORGI"))
)


def read(row: dict[str, Cell], columns: tuple[str, ...] = COLUMNS) -> RowsRead:
    rows = [RawRow(1, columns), RawRow(2, [row[column] for column in columns])]
    return read_rows(rows, SETS, TODAY)


def only(row: dict[str, Cell]) -> AuditRow:
    [audit] = read(row).audits
    return audit


def test_words_are_read_as_councils_write_them() -> None:
    audit = only(RIGHT)
    assert audit.audit_date == date(2019, 9, 2)
    assert (audit.audit_type, audit.selection) == (AuditType.DIP_SAMPLE, Selection.SELF_SELECTED)
    assert (audit.worker_involved, audit.family_feedback) == (True, False)
    assert audit.overall is audit.final_overall is Judgement.REQUIRES_IMPROVEMENT
    assert audit.threads == {
        "plan": Judgement.OUTSTANDING,
        "voice": Judgement.NOT_ENOUGH_EVIDENCE,
    }


@given(st.permutations(COLUMNS))
def test_the_order_of_the_columns_never_matters(columns: list[str]) -> None:
    assert read(RIGHT, tuple(columns)) == read(RIGHT)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, cells)))
def test_any_content_gives_an_audit_or_a_reason_that_can_be_printed(
    changes: dict[str, Cell],
) -> None:
    found = read(RIGHT | changes)
    assert bool(found.audits) != bool(found.problems)
    for problem in found.problems:
        assert problem.row == 2
        assert problem.column in COLUMNS
        assert problem.reason.isprintable()
    plan_import(found, Known(thread_sets=SETS), {}, create_missing=True)


@given(st.lists(st.lists(cells, max_size=25), min_size=1, max_size=4))
def test_any_table_at_all_is_read_or_refused_with_reasons(table: list[list[Cell]]) -> None:
    found = read_rows([RawRow(n, row) for n, row in enumerate(table, 1)], SETS, TODAY)
    assert found.header_problems
    assert not found.audits


def test_a_row_that_slipped_is_not_read_askew() -> None:
    short = [RIGHT[column] for column in COLUMNS[:-1]]
    for cells_, where in ((short, "column 18"), ([*short, "", "", "more"], "column 20")):
        found = read_rows([RawRow(1, COLUMNS), RawRow(2, cells_)], SETS, TODAY)
        assert [problem.column for problem in found.problems] == [where]


def test_a_thread_of_another_set_must_be_empty() -> None:
    sets = SETS | {"2026": ThreadSetWords(("plan", "network"))}
    header = RawRow(1, (*COLUMNS, "network"))
    row = [RIGHT[column] for column in COLUMNS]
    wrong = read_rows([header, RawRow(2, [*row, "Good"])], sets, TODAY)
    assert [problem.column for problem in wrong.problems] == ["network"]
    assert read_rows([header, RawRow(2, [*row, ""])], sets, TODAY).audits


def test_a_column_that_a_used_thread_set_needs_must_be_there() -> None:
    found = read(RIGHT, tuple(column for column in COLUMNS if column != "voice"))
    assert [problem.column for problem in found.header_problems] == ["voice"]


def test_a_thread_set_without_an_overall_judgement_takes_none() -> None:
    sets = {"2021": ThreadSetWords(CODES, overall_judged=False)}
    rows = [RawRow(1, COLUMNS), RawRow(2, [RIGHT[column] for column in COLUMNS])]
    assert [each.column for each in read_rows(rows, sets, TODAY).problems] == ["overall"]
    rows[1] = RawRow(2, [(RIGHT | {"overall": ""})[column] for column in COLUMNS])
    [audit] = read_rows(rows, sets, TODAY).audits
    assert audit.overall is None
