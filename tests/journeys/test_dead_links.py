"""Nobody is shown a way that is shut to them: no link ends in a refusal, no form is not theirs.

Every page of every role in the full demonstration is read for what it offers, and the permission
that each link and form takes is looked up. What an inspector is shown is followed, as a record can
refuse as well.
"""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from audit_app.demo.people import PASSWORD, SIGN_INS
from audit_app.rules.permissions import READ_ONLY, ROLE_PERMISSIONS, Role
from audit_app.web.access import PUBLIC, access_of, only_reads
from tests.browser_page import BASE, PageClient
from tests.journeys.places import FILES, FULL, Place, plain_places
from tests.journeys.serving import Site

# A link is drawn by the same template on every database.
pytestmark = pytest.mark.sqlite_only

#: A method and an address.
Way = tuple[str, str]
EMAILS = {each.role: each.email for each in reversed(SIGN_INS)}


class Offered(HTMLParser):
    """The ways a page offers: a method and an address for each link, form and button."""

    def __init__(self, page: str, path: str) -> None:
        super().__init__()
        self.ways: set[Way] = set()
        self._path, self._form = path, ("GET", path)
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "a" and said.get("href"):
            self._offer("GET", said["href"])
        elif tag == "form":
            self._form = ((said.get("method") or "get").upper(), said.get("action") or self._path)
            self._offer(*self._form)
        elif said.get("formaction"):
            self._offer(said.get("formmethod", self._form[0]).upper(), said["formaction"])

    def _offer(self, method: str, address: str | None) -> None:
        whole = urlsplit(urljoin(BASE + self._path, address or ""))
        if f"{whole.scheme}://{whole.netloc}" == BASE:
            self.ways.add((method, whole.path))


@pytest.mark.parametrize("role", Role)
def test_every_way_a_role_is_shown_is_open_to_it(
    demo_site: Site, records: dict[str, str], role: Role
) -> None:
    app = demo_site.app
    web = PageClient(app)
    with app.app_context():
        web.send(web.get("/account/sign-in"), email=EMAILS[role], password=PASSWORD)
        shown = _shown(web, demo_site, [*plain_places(app, role), *FULL[role]], records)
        shut = [f"{way} on {on}" for way, on in shown.items() if not _is_open(app, web, role, way)]
    assert not shut, "\n".join(shut)


def _shown(
    web: PageClient, site: Site, places: list[Place], records: dict[str, str]
) -> dict[Way, str]:
    """Each way that is offered on these pages, and on which of them first."""
    shown: dict[Way, str] = {}
    for place in places:
        values = {name: records.get(value, value) for name, value in place.values.items()}
        address = site.path(place.endpoint, **values)
        page = web.request("GET", address)
        assert page.status_code == 200, f"{page.status_code} from {address}"
        for way in Offered(page.get_data(as_text=True), address).ways:
            shown.setdefault(way, address)
    return shown


def _is_open(app: Flask, web: PageClient, role: Role, way: Way) -> bool:
    method, path = way
    try:
        endpoint, _ = app.url_map.bind("localhost").match(path, method=method)
    except HTTPException:
        return False
    if access_of(app, endpoint) not in {PUBLIC, *ROLE_PERMISSIONS[role]}:
        return False
    public = access_of(app, endpoint) == PUBLIC
    if method == "POST":
        return role not in READ_ONLY or public or only_reads(app, endpoint)
    # What each person at work is shown takes minutes to follow, and a file long to make.
    if public or role not in READ_ONLY or path.endswith(FILES):
        return True
    return web.request("GET", path).status_code < 400
