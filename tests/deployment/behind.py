"""The service as it is deployed: servers on ports of their own behind the proxy configuration."""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPResponse
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode

from config import ROOT
from tests.ports import free_port

HOST = "audit.council.gov.uk"
#: In seconds: a start reads much, and the machine may be busy.
_LONGEST_START = 120


def wait_for(what: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    until = monotonic() + _LONGEST_START
    while not what():
        assert process.poll() is None, log.read_text()
        assert monotonic() < until, f"nothing answers: {log.read_text()}"
        sleep(0.05)


class Server:
    """One of the service, as the unit starts it; what it says goes to ``log``."""

    def __init__(self, url: str, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.log = folder / f"server-{self.port}.log"
        own = {
            "DATABASE_URL": url,
            "SECRET_KEY": "x" * 40,
            "ENVIRONMENT": "production",
            "HTTPS": "true",
            "TRUSTED_HOSTS": "localhost",
            "PROXY_HOPS": "1",
            "WEB_CONCURRENCY": "1",
        }
        gunicorn = Path(sys.executable).parent / "gunicorn"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [gunicorn, "--config", "python:audit_app.web.serving",
                 "--bind", f"127.0.0.1:{self.port}"],
                cwd=ROOT, env=os.environ | own | settings, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def wait(self) -> None:
        wait_for(self._answers, self.process, self.log)

    def kill(self) -> None:
        """As a machine that is gone: every process at once, whatever it is doing."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _answers(self) -> bool:
        with suppress(OSError):
            probe = urllib.request.ProxyHandler({})
            opener = urllib.request.build_opener(probe)
            return bool(opener.open(f"http://127.0.0.1:{self.port}/readyz").status == 200)
        return False


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def request_id(self) -> str:
        return self.headers["X-Request-ID"]


@dataclass
class Browser:
    """A browser that takes the proxy's own certificate and keeps its cookies."""

    port: int
    cookies: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def __post_init__(self) -> None:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=trusting),
            urllib.request.HTTPCookieProcessor(self.cookies),
            _NoRedirects(),
        )

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask(path, None, headers)

    def send(self, path: str, **typed: str) -> Answer:
        """Send the form of a page, with its token."""
        (token,) = set(re.findall(r'name="csrf_token" value="([^"]+)"', self.get(path).text))
        return self._ask(path, urlencode({"csrf_token": token} | typed).encode(), {})

    def _ask(self, path: str, data: bytes | None, headers: dict[str, str]) -> Answer:
        told = {"Host": "localhost", "Referer": f"https://localhost{path}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        request = urllib.request.Request(f"https://localhost:{self.port}{path}", data, told)
        try:
            with self.opener.open(request) as response:
                return _answer(response)
        except HTTPError as refused:
            with refused:
                return _answer(refused)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _answer(response: HTTPResponse | HTTPError) -> Answer:
    headers = {name.title().replace("Id", "ID"): value for name, value in response.headers.items()}
    status = response.status
    return Answer(int(status or 0), headers, response.read().decode(errors="replace"))


class Nginx:
    """nginx with the configuration that ships, on a port of its own with a certificate of its own.

    Only what names this machine is put in place: host, ports, certificate and where logs go.
    """

    def __init__(self, nginx: str, folder: Path, ports: list[int]) -> None:
        self.port, self.plain = free_port(), free_port()
        self.folder = folder
        _make_certificate(folder)
        shipped = (ROOT / "docs/deploy/nginx/practice-audit.conf").read_text()
        (folder / "site.conf").write_text(_put_in_place(shipped, self, ports))
        (folder / "nginx.conf").write_text(_AROUND.format(folder=folder))
        self.command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]
        checked = subprocess.run([*self.command, "-t"], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        with (folder / "nginx.log").open("wb") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        wait_for(self._answers, self.process, folder / "nginx.log")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()

    def _answers(self) -> bool:
        with suppress(URLError, ConnectionError):
            return Browser(self.port).get("/readyz").status == 404
        return False


def _put_in_place(shipped: str, nginx: Nginx, ports: list[int]) -> str:
    one, two = ports
    for of_there, of_here in (
        ("    listen [::]:80 default_server;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("listen 80 ", f"listen 127.0.0.1:{nginx.plain} "),
        ("listen 443 ", f"listen 127.0.0.1:{nginx.port} "),
        ("127.0.0.1:8001", f"127.0.0.1:{one}"),
        ("127.0.0.1:8002", f"127.0.0.1:{two}"),
        (HOST, "localhost"),
        ("/etc/ssl/practice-audit", str(nginx.folder)),
        ("/var/log/nginx", str(nginx.folder)),
        ("/srv/practice-audit/current", str(ROOT)),
    ):
        assert of_there in shipped, of_there
        shipped = shipped.replace(of_there, of_here)
    return shipped


def _make_certificate(folder: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", "privkey.pem",
         "-out", "fullchain.pem"],
        cwd=folder, capture_output=True, check=True,
    )  # fmt: skip


#: What Debian's own nginx.conf puts around a site, in a folder that anybody may write to.
_AROUND = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
    default_type application/octet-stream;
    types {{ text/html html; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
