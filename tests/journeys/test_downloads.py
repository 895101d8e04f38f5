"""Every file that the service gives arrives whole from one that is listening.

A test’s own client asks within the test’s own context, which lends a file that is made as it is
sent what it may not have.
"""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask

from audit_app.demo.people import PASSWORD, SIGN_INS
from audit_app.rules.permissions import Role
from tests.browser_page import PageClient
from tests.journeys.downloads import Fetched, fetch
from tests.journeys.places import FILES, Place, at
from tests.journeys.serving import Site

pytestmark = pytest.mark.sqlite_only

LEAD = Role.PRACTICE_LEAD
#: Files about one record, and who asks for them; any other is asked for by a lead.
OF_A_RECORD = [
    at("alerts.pdf", reference="<issued alert>"),
    at("alerts.teams.listed_csv", reference="<issued alert>"),
    *(
        at(f"insight.effects.effect_{kind}", reference="<issued alert>")
        for kind in ("csv", "json", "pdf", "xlsx")
    ),
    at("programme.draw.whole_list", reference="<drawn cycle>"),
    at("reading.pdf", reference="<waiting audit>"),
    at("summaries.batches.zipped", reference=f"<batch of {LEAD}>"),
    at("summaries.pdf", reference="<signed summary>"),
]
ASKED_BY = {
    "history.events_csv": Role.INFORMATION_GOVERNANCE,
    "programme.mine.calendar": Role.TEAM_MANAGER,
}
#: Only there where a council has filled it in, and no file about its records.
NOT_OURS = {"home.security_txt"}


def _files(app: Flask) -> dict[str, bool]:
    """The views that give files, and whether their address names a record."""
    return {
        rule.endpoint: bool(rule.arguments)
        for rule in app.url_map.iter_rules()
        if rule.rule.endswith(FILES) and rule.endpoint not in NOT_OURS
    }


def test_every_file_about_one_record_is_asked_for_here(app: Flask) -> None:
    named = {view for view, names in _files(app).items() if names}
    assert named == {place.endpoint for place in OF_A_RECORD}


def test_every_file_arrives_whole(demo_site: Site, records: dict[str, str]) -> None:
    with demo_site.app.app_context():
        plain = [at(view) for view, names in _files(demo_site.app).items() if not names]
        wrong = []
        for role in (LEAD, *set(ASKED_BY.values())):
            client = _signed_in(demo_site, role)
            for place in plain + OF_A_RECORD:
                if ASKED_BY.get(place.endpoint, LEAD) is role:
                    fetched = fetch(demo_site, _address(demo_site, place, records), client)
                    wrong += [] if _is_whole(fetched) else [(place.endpoint, fetched.status)]
    assert wrong == []


def _signed_in(site: Site, role: Role) -> PageClient:
    client = PageClient(site.app)
    email = next(each.email for each in SIGN_INS if each.role is role)
    client.send(client.get("/account/sign-in"), email=email, password=PASSWORD)
    return client


def _address(site: Site, place: Place, records: dict[str, str]) -> str:
    values = {name: records.get(value, value) for name, value in place.values.items()}
    return site.path(place.endpoint, **values)


def _is_whole(fetched: Fetched) -> bool:
    """By what ends a file of its kind."""
    if fetched.status != 200:
        return False
    if fetched.kind.endswith(("zip", "sheet")):
        return ZipFile(BytesIO(fetched.content)).testzip() is None
    if fetched.kind == "application/json":
        return bool(json.loads(fetched.content))
    ending = {"application/pdf": b"%%EOF", "text/calendar": b"END:VCALENDAR"}
    return fetched.content.rstrip().endswith(ending.get(fetched.kind, b"")) and (
        fetched.kind != "text/csv" or fetched.content.count(b"\n") > 1
    )
