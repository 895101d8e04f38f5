"""Two servers behind the proxy configuration that ships: either answers for both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.databases import POSTGRES
from tests.deployment.behind import Browser, Nginx, Server
from tests.deployment.tools import tool
from tests.people import PASSWORD, World

pytestmark = pytest.mark.slow

MARKER = "Zquirrel7"


@dataclass
class Site:
    one: Server
    two: Server
    nginx: Nginx

    def answered(self, request_id: str) -> list[Server]:
        """Which of the two has a line for a request."""
        return [each for each in (self.one, self.two) if request_id in _ids(each)]


def _ids(server: Server) -> list[str]:
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    return [line["request_id"] for line in lines if line["message"] == "request"]


@pytest.fixture
def site(world: World, database: str, database_url: str, tmp_path: Path) -> Iterator[Site]:
    if database == "sqlite" and POSTGRES:
        pytest.skip("several machines use PostgreSQL, and there is one to try it on")
    nginx = tool("nginx", "nginx-light")
    # nginx as root gives its work to somebody else, who must get to these files.
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    with ExitStack() as ending:
        one, two = (Server(database_url, tmp_path) for _ in range(2))
        for server in (one, two):
            ending.callback(server.kill)
        for server in (one, two):
            server.wait()
        proxy = Nginx(nginx, tmp_path, [one.port, two.port])
        ending.callback(proxy.stop)
        yield Site(one, two, proxy)


def test_one_signs_in_the_other_reads_and_either_may_be_gone(site: Site, world: World) -> None:
    email = world.alice.email
    browser = Browser(site.nginx.port)
    entered = browser.send("/account/sign-in", email=email, password=PASSWORD)
    assert entered.status == 303

    # Both answer for the one session.
    pages = [browser.get(f"/audits/?q={MARKER}") for _ in range(6)]
    assert {page.status for page in pages} == {200}
    met = [site.answered(page.request_id) for page in pages]
    assert [len(each) for each in met] == [1] * 6
    assert {each[0] for each in met} == {site.one, site.two}
    assert pages[0].headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert len([name for name in pages[0].headers if name == "Content-Security-Policy"]) == 1

    # What a browser says of its own way here counts for nothing.
    forged = browser.get(
        "/help",
        X_Request_ID="0" * 32,
        X_Forwarded_Proto="http",
        X_Forwarded_Host="evil.example",
        X_Forwarded_For="198.51.100.7",
        SCRIPT_NAME="/evil",
    )
    assert forged.status == 200
    assert forged.request_id != "0" * 32
    assert "evil" not in forged.text
    assert "Strict-Transport-Security" in forged.headers

    # A form begun by one is answered by the other once the first is gone.
    form = browser.get("/audits/new")
    (first,) = site.answered(form.request_id)
    other = site.two if first is site.one else site.one
    first.kill()
    begun = browser.send("/audits/new", **_case(world))
    assert begun.status == 303
    assert site.answered(begun.request_id) == [other]
    after = [browser.get("/audits/") for _ in range(4)]
    assert [page.status for page in after] == [200] * 4

    # Nobody is left: the proxy says so itself, and its page is guarded too.
    other.kill()
    away = browser.get("/")
    assert away.status in (502, 504)
    assert "Sorry, the service is away for a moment" in away.text
    assert "frame-ancestors 'none'" in away.headers["Content-Security-Policy"]
    assert away.headers["Cache-Control"] == "no-store"

    # What is asked in clear is sent to our own host, whole, and no line break with it.
    plain = HTTPConnection("127.0.0.1", site.nginx.plain)
    plain.request("GET", "/help%0d%0aSet-Cookie:a=b", headers={"Host": "evil.example"})
    sent_on = plain.getresponse()
    plain.close()
    assert sent_on.headers["Location"] == "https://localhost/help%0d%0aSet-Cookie:a=b"
    assert "Set-Cookie" not in sent_on.headers

    logs = [each.read_text() for each in site.nginx.folder.glob("*.log")]
    assert MARKER not in "".join(logs)
    assert all("Traceback" not in each for each in logs)


def _case(world: World) -> dict[str, str]:
    return {
        "case_reference": "4000001",
        "team": str(world.north.id),
        "audit_type": "full",
        "selection": "random",
        "audit_date": "1/10/2026",
    }
