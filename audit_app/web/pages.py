"""What every template can use: settings, the words of the scale, dates as people write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from functools import cache, partial
from pathlib import Path

from flask import Flask
from flask_login import current_user
from govuk_frontend_jinja import __name__ as govuk_package
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader, PrefixLoader
from wtforms import Field

from audit_app.rules.alert_steps import AlertState
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.audits import OVERSIGHT_PROMPTS, AuditType, Selection
from audit_app.rules.judgements import SCALE, Judgement
from audit_app.rules.permissions import Permission
from audit_app.rules.re_audits import Moved
from audit_app.web.access import time_left
from audit_app.web.drawing import Addresses, choices_of
from audit_app.web.fields import MultiPickField, PickField, options
from audit_app.web.filters import Basis
from audit_app.web.kept import taken_over
from audit_app.web.moments import LONDON, in_london
from audit_app.web.openings import FIELD as ONCE_FIELD
from audit_app.web.openings import opening_of_page
from config import Settings

#: The main sections in the order of the navigation, each with what it takes to see it. Of two of a
#: name, the first that opens: who can own no action has none of their own to begin with.
NAVIGATION = (
    ("Home", "home.home", Permission.HOME_READ),
    ("Audits", "audits.audits", Permission.AUDIT_READ),
    ("Improvement", "improvement.boards.mine", Permission.ACTION_WORK),
    ("Improvement", "improvement.boards.board", Permission.ACTION_READ),
    ("My work", "reflection.my_work", Permission.WORK_REFLECT),
    ("Moderation", "moderation.queue", Permission.MODERATION_READ),
    ("Programme", "programme.cycles.every", Permission.PROGRAMME_READ),
    ("Escalations", "escalations.escalations", Permission.ESCALATION_READ),
    ("Insight", "insight.claims.claims", Permission.INSIGHT_READ),
    ("Summaries", "summaries.summaries", Permission.SUMMARY_READ),
    ("Practice alerts", "alerts.alerts", Permission.ALERT_READ),
    ("Golden threads", "framework.thread_sets", Permission.FRAMEWORK_READ),
    ("Import", "transfer.import_audits", Permission.AUDIT_IMPORT),
    ("Keeping and disposing", "disposal.overview", Permission.DISPOSAL_READ),
    ("People and teams", "people.people", Permission.PEOPLE_MANAGE),
    ("History", "history.events", Permission.HISTORY_READ),
)


#: Parts of a room that have a blueprint of their own.
_PART_OF = {"recording": "audits", "long_page": "audits", "reading": "audits"}


def prepare_templates(app: Flask, settings: Settings) -> None:
    """Give Jinja the GOV.UK components and the words, dates and settings pages are made of."""
    jinja, made = app.jinja_env, Addresses(app, _assets_version(app))
    assert jinja.loader is not None
    jinja.loader = ChoiceLoader(
        [jinja.loader, PrefixLoader({"govuk_frontend_jinja": PackageLoader(govuk_package)})]
    )
    # The components ask for parameters that are not there, and for parts of those.
    jinja.undefined = ChainableUndefined
    jinja.trim_blocks = jinja.lstrip_blocks = True
    jinja.filters.update(
        as_on_page=as_on_page,
        day=day,
        days_ago=days_ago,
        moment=moment,
        on_day=on_day,
        plural=plural,
        to_the_second=to_the_second,
    )
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
        navigation=partial(navigation, made.url_for),
        options=options,
        choices_of=choices_of,
        pairs=pairs,
        field_words=field_words,
        Basis=Basis,
        Moved=Moved,
        AuditType=AuditType,
        Selection=Selection,
        OVERSIGHT_PROMPTS=OVERSIGHT_PROMPTS,
        # Also for what templates import without their context.
        current_user=current_user,
        url_for=made.url_for,
        asset=made.asset,
    )


def _assets_version(app: Flask) -> str:
    built = Path(str(app.static_folder)) / "version.txt"
    return built.read_text().strip()[:12] if built.is_file() else "unbuilt"


def navigation(
    url_for: Callable[[str], str], permissions: frozenset[Permission], endpoint: str | None
) -> list[dict[str, object]]:
    """The service navigation's items that these permissions open, the current one marked."""
    room = (endpoint or "").split(".")[0]
    room = _PART_OF.get(room, room)
    opened: dict[str, str] = {}
    for text, target, permission in NAVIGATION:
        if permission in permissions:
            opened.setdefault(text, target)
    return [
        {"text": text, "href": url_for(target), "active": target.split(".")[0] == room}
        for text, target in opened.items()
    ]


def as_on_page(links: list[dict[str, str]], content: str) -> list[dict[str, str]]:
    """The links of a summary of errors in the order of what they lead to; about no field, last.

    A form's fields may stand on its page in another order than in its class, which inherits some
    or makes them as it goes.
    """

    def place(link: dict[str, str]) -> int:
        at = content.find(f'id="{link["href"].removeprefix("#")}"')
        return len(content) if at < 0 else at

    return sorted(links, key=place)


@cache
def pairs(vocabulary: type[StrEnum]) -> tuple[tuple[str, str], ...]:
    """A closed vocabulary as a list to choose from: value and words."""
    return tuple((word.value, word.label) for word in vocabulary)  # type: ignore[attr-defined]


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


def to_the_second(value: datetime) -> str:
    """``4 Jun 2026, 09:32:07``, in London's time: for lists in which much happens in a minute."""
    local = in_london(value)
    return f"{local.day} {local:%b %Y, %H:%M:%S}"


def days_ago(value: datetime) -> str:
    """``today``, ``yesterday`` or ``12 days ago``, by London's calendar."""
    then = in_london(value).date()
    days = (datetime.now(LONDON).date() - then).days
    return {0: "today", 1: "yesterday"}.get(days, f"{plural(days, 'day')} ago")


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 audit``, ``2 audits``, ``1,204 audits``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
