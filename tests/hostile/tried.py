"""Addresses of every route about records that are there, whoever they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from audit_app.extensions import db
from audit_app.models import AccessToken, Audit, KeptForm, Message, User
from audit_app.models.account import StoredSession
from audit_app.rules.audit_steps import AuditState
from tests.journeys.places import FULL

#: How many records of a kind each route is tried with.
ENOUGH = 2


class Addresses:
    """Fills in the routes' parts with records, by the way each route begins."""

    def __init__(self, app: Flask, records: dict[str, str]) -> None:
        self.rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]
        self.by_beginning = others_own(app)
        self.by_name: dict[str, list[str]] = {}
        for endpoint, values in _toured(records):
            for rule in app.url_map.iter_rules(endpoint):
                self._learn(rule, values)

    def _learn(self, rule: Rule, values: dict[str, str]) -> None:
        beginning, parts = beginning_of(rule), _parts(rule)
        if not parts or parts[0] not in values:
            return
        known = self.by_beginning.setdefault(beginning, [])
        known += [values[parts[0]]] if values[parts[0]] not in known else []
        for part in parts[1:]:
            named = self.by_name.setdefault(part, [])
            named += [values[part]] if part in values and values[part] not in named else []

    def of(self, rule: Rule) -> Iterator[str]:
        """Addresses of a route, about several records where its address names one."""
        if not about_a_record(rule):
            yield rule.rule
            return
        _, *rest = _parts(rule)
        values = [self.by_beginning[beginning_of(rule)][:ENOUGH]]
        values += [self.by_name.get(part, ["1"])[:1] for part in rest]
        for chosen in product(*values):
            left = iter(chosen)
            yield re.sub(r"<[^>]+>", lambda part: next(left), rule.rule)  # noqa: B023


def beginning_of(rule: Rule) -> str:
    """A route up to the first record it names."""
    return rule.rule.partition("<")[0]


def about_a_record(rule: Rule) -> bool:
    return bool(_parts(rule))


def others_own(app: Flask) -> dict[str, list[str]]:
    """What the tour calls at nowhere: drafts, and what people keep about themselves."""
    with app.app_context():
        person = db.session.scalars(select(User).where(User.active)).first()
        assert person is not None
        token = AccessToken(user_id=person.id, name="Power BI", digest="d", expires_on=_soon())
        kept = KeptForm(user_id=person.id, path="/audits/new", opening="o", typed={"a": "b"})
        session = StoredSession(
            id_digest="none", user_id=person.id, data=b"", expires_at=person.created_at
        )
        db.session.add_all([token, kept, session])
        db.session.commit()
        draft = db.session.scalars(select(Audit).where(Audit.state == AuditState.DRAFT)).first()
        messages = db.session.scalars(select(Message).limit(2)).all()
        assert draft is not None
        return {
            "/account/tokens/": [token.reference],
            "/account/not-sent/": [str(kept.id)],
            "/account/sessions/": [str(session.reference)],
            "/audits/": [draft.reference],
            "/messages/": [each.reference for each in messages],
            "/programme/absences/": ["1"],
        }


def _toured(records: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    for places in FULL.values():
        for place in places:
            values = {name: records.get(value, value) for name, value in place.values.items()}
            yield place.endpoint, values


def _parts(rule: Rule) -> list[str]:
    return re.findall(r"<(?:[a-z]+:)?([^>]+)>", rule.rule)


def _soon() -> date:
    return date.today() + timedelta(days=30)
