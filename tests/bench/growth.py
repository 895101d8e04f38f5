"""How each page grows with the audits there are: a thousand, a hundred thousand, a million.

Run by ``scripts/bench growth``. Each page is opened in turn on every size, so that whatever else
the machine does falls on all alike; what is told is how many times as long as on the smallest.
"""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import flask_migrate
from flask import Flask
from sqlalchemy import select

from audit_app import create_app
from audit_app.extensions import db
from audit_app.models import Audit, User
from config import Settings
from tests.bench import million
from tests.bench.drafts import copies, ready_audit
from tests.bench.saying import bar, say
from tests.browser_page import BASE, PageClient

SIZES = (1_000, 100_000, 1_000_000)
ALLOWED = 1.5
_WARMING = 3
PAGES = (
    "/",
    "/audits/",
    "/audits/?judgement=inadequate",
    "/moderation/",
    "/insight/distribution",
    "/insight/threads",
    "/insight/moderation",
)
#: So many are submitted on each size that is made for it.
_SUBMITS = 15


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench growth")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--keep", type=Path, help="the largest database, to make or use again")
    asked = parser.parse_args()
    sizes, turns = ((1_000, 10_000), 10) if asked.quick else (SIZES, 30)
    with TemporaryDirectory() as folder:
        apps = {}
        for size in sizes:
            kept = asked.keep if size == sizes[-1] else None
            apps[size] = _service(kept or Path(folder) / f"{size}.sqlite", size)
        gc.freeze()
        say(f"{'':34}" + "".join(f"{size:>14,}" for size in sizes) + "   times the smallest")
        readers = {size: _signed_in(app, "lead@%") for size, app in apps.items()}
        grown = [_grown(path, readers, turns) for path in (*PAGES, "one audit")]
        _submitted({size: app for size, app in apps.items() if size != sizes[-1]})
    return 0 if bar(f"any page, times itself with {sizes[0]:,} audits", max(grown), ALLOWED) else 1


def _grown(path: str, readers: dict[int, PageClient], turns: int) -> float:
    """How many times as long the page takes on the largest as on the smallest."""
    taken: dict[int, list[float]] = {size: [] for size in readers}
    for turn in range(_WARMING + turns):
        for size, web in readers.items():
            took = _open(web, path if path != "one audit" else f"/audits/{_an_audit(web)}")
            if turn >= _WARMING:
                taken[size].append(took)
    return _told(path, taken)


def _told(what: str, taken: dict[int, list[float]]) -> float:
    """Say what each size takes, in the middle; of the largest, how many times the smallest."""
    smallest = next(iter(taken.values()))
    ratios = [
        median(took / least for took, least in zip(times, smallest, strict=True))
        for times in taken.values()
    ]
    columns = "".join(f"{median(times):>11.1f} ms" for times in taken.values())
    say(f"{what:34}{columns}   " + ", ".join(f"{ratio:.2f}" for ratio in ratios[1:]))
    return ratios[-1]


def _submitted(apps: dict[int, Flask]) -> None:
    """Audits submitted on each size but the largest, which may be used again."""
    taken: dict[int, list[float]] = {}
    for size, app in apps.items():
        with app.app_context():
            auditor = db.session.scalars(select(User).where(User.email.like("auditor@%"))).one()
            drafts = copies(ready_audit(auditor), _SUBMITS + _WARMING)
            web = _signed_in(app, "auditor@%")
            form = web.get(f"/audits/{drafts[0][1]}/check").fields("Submit the audit")
            taken[size] = [_submit(web, reference, form) for _, reference in drafts][_WARMING:]
            db.session.remove()
    _told("submitting one", taken)


def _submit(web: PageClient, reference: str, form: dict[str, str]) -> float:
    started = perf_counter()
    answer = web.request("POST", f"/audits/{reference}/submit", form)
    took = (perf_counter() - started) * 1000
    if answer.status_code != 303:
        raise SystemExit(f"An audit was not submitted: {answer.status_code}")
    return took


def _open(web: PageClient, path: str) -> float:
    gc.collect()
    started = perf_counter()
    response = web.client.get(path, base_url=BASE)
    took = (perf_counter() - started) * 1000
    if response.status_code != 200:
        raise SystemExit(f"{path} answered {response.status_code}")
    return took


def _an_audit(web: PageClient) -> str:
    with web.client.application.app_context():
        which = select(Audit.reference).where(Audit.recorded, Audit.id > 500)
        found: str = db.session.scalars(which.order_by(Audit.id).limit(1)).one()
        db.session.remove()
    return found


def _signed_in(app: Flask, like: str) -> PageClient:
    web = PageClient(app)
    with app.app_context():
        web.sign_in(db.session.scalars(select(User).where(User.email.like(like))).one())
        db.session.remove()
    return web


def _service(file: Path, audits: int) -> Flask:
    there = file.exists()
    app = create_app(Settings(database_url=f"sqlite:///{file}", secret_key="x" * 40))
    app.config["TESTING"] = True
    with app.app_context():
        flask_migrate.upgrade()
        if not there:
            say(f"Making {audits:,} audits")
            million.fill(audits)
        db.session.remove()
    return app


if __name__ == "__main__":
    sys.exit(main())
