"""What came of an import, in words for a terminal and as data for a script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from audit_app.rules.import_columns import Problem
from audit_app.rules.import_places import Unknown
from audit_app.transfer.changes import Imported
from audit_app.web.pages import plural

MOST_LINES = 200


def as_data(result: Imported, dry_run: bool, skip_bad_rows: bool) -> dict[str, Any]:
    """The result for a script::

        {"outcome": "written" | "nothing new" | "would write" | "refused",
         "file": "audits.csv", "sha256": "…", "dry_run": false, "notes": ["…"],
         "rows": 2063, "written": 2063, "new": 2063, "already_held": 0,
         "bad_rows": 0, "skipped": [5, 9],
         "created": PLACES, "unknown": PLACES,
         "problems": [{"row": 5, "column": "overall", "reason": "…"}],
         "warnings": [{"row": 9, "column": "moderation_note", "reason": "…"}]}

    where PLACES is ``{"services": ["…"], "localities": ["…"], "teams": [{"name": "…",
    "service": "…", "locality": "…"}], "people": [{"email": "…", "name": "…", "roles": ["…"]}]}``.

    ``new`` counts the audits that are not held yet and stand in good rows; ``created`` is what was
    made, or would be in a dry run; ``unknown`` is everything the file names that was not known.
    ``skipped`` are the numbers of the rows left out because of ``--skip-bad-rows``. Rows are
    numbered as in a spreadsheet, the header being 1.
    """
    plan = result.checked.plan
    left_out = skip_bad_rows and not result.refused
    return {
        "outcome": _outcome(result, dry_run),
        "file": result.checked.name,
        "sha256": result.checked.digest,
        "dry_run": dry_run,
        "notes": list(result.checked.notes),
        "rows": plan.rows,
        "written": result.written,
        "new": len(plan.new),
        "already_held": len(plan.held),
        "bad_rows": plan.bad_rows,
        "skipped": sorted({each.row for each in plan.every_problem}) if left_out else [],
        "created": _places(Unknown() if result.refused else plan.create),
        "unknown": _places(plan.unknown),
        "problems": [_as_data(each) for each in plan.every_problem],
        "warnings": [_as_data(each) for each in plan.warnings],
    }


def _as_data(problem: Problem) -> dict[str, Any]:
    return {"row": problem.row, "column": problem.column, "reason": problem.reason}


def refusal_as_data(name: str, reason: str, dry_run: bool) -> dict[str, Any]:
    """The result for a script when the file could not be taken at all."""
    return {"outcome": "refused", "file": name, "dry_run": dry_run, "written": 0, "reason": reason}


def _outcome(result: Imported, dry_run: bool) -> str:
    if result.refused:
        return "refused"
    if not result.checked.plan.new:
        return "nothing new"
    return "would write" if dry_run else "written"


def _places(names: Unknown) -> dict[str, Any]:
    return {
        "services": list(names.services),
        "localities": list(names.localities),
        "teams": [
            {"name": each.name, "service": each.service, "locality": each.locality}
            for each in names.teams
        ],
        "people": [
            {"email": each.email, "name": each.name, "roles": [role.value for role in each.roles]}
            for each in names.people
        ],
    }


def done_lines(result: Imported, dry_run: bool) -> Iterator[str]:
    """What was done, or would be: for standard output."""
    plan = result.checked.plan
    yield from result.checked.notes
    would = "would be " if dry_run else ""
    held = f"{plural(len(plan.held), 'is', 'are')} already held"
    yield f"{plural(plan.rows, 'row')}: {plural(len(plan.new), 'audit')} {would}added, {held}."
    if plan.create:
        yield f"These {'would be' if dry_run else 'were'} made:"
        yield from _name_lines(plan.create)
    if plan.warnings:
        yield "Texts that look as if they held personal data:"
        yield from (f"  {_line(each)}" for each in plan.warnings[:MOST_LINES])
    if len(plan.warnings) > MOST_LINES:
        yield f"  and {len(plan.warnings) - MOST_LINES:,} more (--json lists all)"


def problem_lines(result: Imported, skip_bad_rows: bool) -> Iterator[str]:
    """What is wrong: for standard error. A few hundred lines at most."""
    plan = result.checked.plan
    problems = plan.every_problem
    if result.refused:
        yield f"Nothing was written. {_why(result)}"
    elif skip_bad_rows and problems:
        yield f"{plural(plan.bad_rows, 'row')} skipped:"
    if plan.unknown_problems:
        yield "Not known here (--create-missing makes them):"
        yield from _name_lines(plan.unknown)
    # Mistakes first: those of names that are not known are many and alike.
    ordered = [*plan.header_problems, *plan.problems, *plan.unknown_problems]
    yield from (_line(each) for each in ordered[:MOST_LINES])
    if len(ordered) > MOST_LINES:
        yield f"and {len(ordered) - MOST_LINES:,} more (--json lists all)"


def _why(result: Imported) -> str:
    plan = result.checked.plan
    if plan.header_problems:
        return "The header is not right:"
    bad = plural(plan.bad_rows, "row has a problem", "rows have problems")
    return f"{bad}, of {plan.rows:,}:"


def _line(problem: Problem) -> str:
    return f"row {problem.row}, {problem.column}: {problem.reason}"


def _name_lines(names: Unknown) -> Iterator[str]:
    for what, found in (
        ("services", names.services),
        ("localities", names.localities),
        ("teams", [f"{each.name} ({each.service}, {each.locality})" for each in names.teams]),
        ("people", [each.email for each in names.people]),
    ):
        if found:
            yield f"  {what}: {'; '.join(found)}"
