"""Draws docs/access.md, who may open and send what, from what the routes declare."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from audit_app.rules.permissions import READ_ONLY, ROLE_PERMISSIONS, ROLE_REACH, Reach, Role
from audit_app.web.access import PUBLIC, access_of, only_reads

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "access.md"

_REACH = {
    Reach.NOBODY: "no audit",
    Reach.OWN_WORK: "audits of their own work",
    Reach.TEAM: "audits of their team",
    Reach.GRANTED_SERVICE: "audits of their service, or of all services where no one is named",
    Reach.AUTHORITY: "every audit",
}

_BEFORE = """# Who may open and send what

Drawn from the code by `scripts/draw-access`; a test fails when it is out of date.

A route is closed to everybody unless it declares who may open it. That is the first door,
and what the table shows. Behind it every record is fetched through its reader’s reach: a record
outside it is not found (404), whatever the address. What can be done to a record depends on its
state and on who somebody is to it, which `audit_app/rules/workflow.py` says.

## How far each role reaches

A draft is its auditor’s alone, whatever else anybody reaches.

"""
_OWN = """
## What “own” means

- An audit somebody recorded, also when they have changed teams since.
- An audit of somebody’s own work, by their staff ID. They see it once it is submitted.
- An action that was given to somebody by name, or that stands in their team.
- An allocation: an audit they were given to do.
- A view, an access token, a session, and text that was typed and not sent: their owner’s alone. An
  administrator sees when somebody’s sessions began and in what kind of browser, and can end them.
- A reflection: its writer’s alone until they share it.

## The table

“Open” is for pages and files, “send” for forms, and both together read “open, send”. Forms that
change nothing, such as a search by words, and what people do about their own signing in, are all
that a role that only looks on may send. A dash means refused. Groups are by the first part of the
address, and by the permission their routes declare.

"""


def drawn(app: Flask) -> str:
    """The whole document."""
    reach = [f"- **{role.label}**: {_REACH[ROLE_REACH[role]]}{_kind(role)}." for role in Role]
    return _BEFORE + "\n".join(reach) + "\n" + _OWN + "\n".join(_table(app)) + "\n"


def _kind(role: Role) -> str:
    return "; changes nothing, and ends on a day" if role in READ_ONLY else ""


def _table(app: Flask) -> list[str]:
    rows = ["| Addresses | Permission | " + " | ".join(role.label for role in Role) + " |"]
    rows.append("|---|---|" + "---|" * len(Role))
    for (group, access), rules in sorted(_groups(app).items()):
        cells = [_cell(app, access, rules, role) for role in Role]
        count = "1 route" if len(rules) == 1 else f"{len(rules)} routes"
        rows.append(f"| `{group}` ({count}) | {access} | " + " | ".join(cells) + " |")
    return rows


def _groups(app: Flask) -> dict[tuple[str, str], list[Rule]]:
    groups: dict[tuple[str, str], list[Rule]] = defaultdict(list)
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        # A route that declares nothing is named in the table too: as one that nobody may open.
        groups["/" + rule.rule.split("/")[1], str(access)].append(rule)
    return groups


def _cell(app: Flask, access: str, rules: list[Rule], role: Role) -> str:
    if access != PUBLIC and access not in ROLE_PERMISSIONS[role]:
        return "–"
    opens = any("GET" in (rule.methods or ()) for rule in rules)
    sends = any("POST" in (rule.methods or ()) and _may_send(app, rule, role) for rule in rules)
    return ", ".join([*(["open"] if opens else []), *(["send"] if sends else [])]) or "–"


def _may_send(app: Flask, rule: Rule, role: Role) -> bool:
    public = access_of(app, rule.endpoint) == PUBLIC
    return public or role not in READ_ONLY or only_reads(app, rule.endpoint)


if __name__ == "__main__":
    from audit_app import create_app

    DOCUMENT.write_text(drawn(create_app()))
