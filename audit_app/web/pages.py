"""What every template can use: settings, the words of the scale, dates as people write them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path

from flask import Flask, url_for
from govuk_frontend_jinja import __name__ as govuk_package
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader, PrefixLoader
from wtforms import Field

from audit_app.rules.audits import OVERSIGHT_PROMPTS, AuditType, Selection
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.permissions import Permission
from audit_app.rules.re_audits import Moved
from audit_app.rules.workflow import AlertState, AuditState
from audit_app.web.access import time_left
from audit_app.web.fields import MultiPickField, PickField
from audit_app.web.filters import Basis
from audit_app.web.kept import taken_over
from audit_app.web.moments import LONDON, in_london
from audit_app.web.openings import FIELD as ONCE_FIELD
from audit_app.web.openings import opening_of_page
from config import Settings

#: The main sections in the order of the navigation, each with what it takes to see it.
NAVIGATION = (
    ("Home", "home.home", Permission.HOME_READ),
    ("Audits", "audits.audits", Permission.AUDIT_READ),
    ("Improvement", "improvement.boards.mine", Permission.ACTION_READ),
    ("My work", "reflection.my_work", Permission.WORK_REFLECT),
    ("Moderation", "moderation.queue", Permission.MODERATION_READ),
    ("Programme", "programme.cycles.every", Permission.PROGRAMME_READ),
    ("Escalations", "escalations.escalations", Permission.ESCALATION_READ),
    ("Insight", "insight.claims.claims", Permission.INSIGHT_READ),
    ("Practice alerts", "alerts.alerts", Permission.ALERT_READ),
    ("Golden threads", "framework.thread_sets", Permission.FRAMEWORK_READ),
    ("Import", "transfer.import_audits", Permission.AUDIT_IMPORT),
    ("People and teams", "people.people", Permission.PEOPLE_MANAGE),
)


#: Parts of a room that have a blueprint of their own.
_PART_OF = {"recording": "audits", "long_page": "audits", "reading": "audits"}


def prepare_templates(app: Flask, settings: Settings) -> None:
    """Give Jinja the GOV.UK components and the words, dates and settings pages are made of."""
    jinja = app.jinja_env
    assert jinja.loader is not None
    jinja.loader = ChoiceLoader(
        [jinja.loader, PrefixLoader({"govuk_frontend_jinja": PackageLoader(govuk_package)})]
    )
    # The components ask for parameters that are not there, and for parts of those.
    jinja.undefined = ChainableUndefined
    jinja.trim_blocks = jinja.lstrip_blocks = True
    jinja.filters.update(day=day, days_ago=days_ago, moment=moment, on_day=on_day, plural=plural)
    jinja.globals.update(
        settings=settings,
        Permission=Permission,
        Judgement=Judgement,
        SCALE=SCALE,
        AuditState=AuditState,
        AlertState=AlertState,
        once_field=ONCE_FIELD,
        opening_of_page=opening_of_page,
        taken_over=taken_over,
        time_left=time_left,
        navigation=navigation,
        asset=partial(asset, _assets_version(app)),
        pairs=pairs,
        field_words=field_words,
        Basis=Basis,
        Moved=Moved,
        AuditType=AuditType,
        Selection=Selection,
        OVERSIGHT_PROMPTS=OVERSIGHT_PROMPTS,
    )


def asset(version: str, filename: str) -> str:
    """The address of a built file. It changes when the files do, so browsers may keep them."""
    return url_for("static", filename=filename, v=version)


def _assets_version(app: Flask) -> str:
    built = Path(str(app.static_folder)) / "version.txt"
    return built.read_text().strip()[:12] if built.is_file() else "unbuilt"


def navigation(permissions: frozenset[Permission], endpoint: str | None) -> list[dict[str, object]]:
    """The service navigation's items that these permissions open, the current one marked."""
    room = (endpoint or "").split(".")[0]
    room = _PART_OF.get(room, room)
    return [
        {"text": text, "href": url_for(target), "active": target.split(".")[0] == room}
        for text, target, permission in NAVIGATION
        if permission in permissions
    ]


def pairs(vocabulary: type[StrEnum]) -> list[tuple[str, str]]:
    """A closed vocabulary as a list to choose from: value and words."""
    return [(word.value, word.label) for word in vocabulary]  # type: ignore[attr-defined]


def field_words(field: Field) -> str:
    """What a field holds, as a person would say it."""
    value = field.data
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return day(value)
    if isinstance(field, MultiPickField):
        return "\n".join(label for _, label, chosen, _ in field.iter_choices() if chosen)
    if isinstance(field, PickField):
        return next((each.label for each in field.choices if each.value == value), "")
    return str(getattr(value, "label", "" if value is None else value))


def day(value: date | None) -> str:
    """``4 June 2026``, or nothing."""
    return "" if value is None else f"{value.day} {value:%B %Y}"


def moment(value: datetime | None) -> str:
    """``4 June 2026 at 9:32am``, in London's time whatever the server's."""
    if value is None:
        return ""
    local = in_london(value)
    hour = local.hour % 12 or 12
    return f"{day(local.date())} at {hour}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def on_day(value: datetime) -> str:
    """The day of a moment, ``4 June 2026``, in London's time whatever the server's."""
    return day(in_london(value).date())


def days_ago(value: datetime) -> str:
    """``today``, ``yesterday`` or ``12 days ago``, by London's calendar."""
    then = in_london(value).date()
    days = (datetime.now(LONDON).date() - then).days
    return {0: "today", 1: "yesterday"}.get(days, f"{plural(days, 'day')} ago")


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 audit``, ``2 audits``, ``1,204 audits``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
