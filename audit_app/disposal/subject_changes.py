"""Writing what is held about one case to a file, and remembering that it was."""

from __future__ import annotations

import json
import os
from datetime import UTC
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from flask import current_app, render_template

from audit_app.disposal.queries import SUBJECT_ACCESS
from audit_app.disposal.subject import NOT_TOLD, WITHIN, HeldAboutCase, held_about
from audit_app.extensions import db
from audit_app.models import remember
from audit_app.models.base import JsonObject, new_reference, now

WARNING = (
    "Review before release. It names workers, auditors and others, and holds what they and "
    "families said. Take out what the person asking may not be given, and write down why."
)
NAMED_IN = (
    "These records of other cases, or of none, name this case, or a record of it, in their text. "
    "Their text is left out, as it is about others. Open each and review what it says of this "
    "case. A form that was typed and not sent opens to nobody else: ask its writer."
)


class NothingHeld(Exception):
    """No row of the service is about this case."""


def export(case: str, out: Path) -> HeldAboutCase:
    """Write everything held about a case to a new file that only its owner may read. Committed.

    Raises:
        NothingHeld: when there is nothing about it.
        FileExistsError: when there is a file already; it is left as it is.
        OSError: when the file cannot be written; none is left behind.
    """
    found = held_about(case.strip())
    if found is None:
        db.session.rollback()
        raise NothingHeld
    reference = new_reference()
    content = _packed(case.strip(), reference, found)
    remember(db.session, None, "exported", SUBJECT_ACCESS, reference)
    for audit in found.audits:
        remember(db.session, None, "exported for subject access", "audit", audit)
    try:
        _write_new(out, content)
    except OSError:
        db.session.rollback()
        raise
    try:
        db.session.commit()
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    return found


def _packed(case: str, reference: str, found: HeldAboutCase) -> bytes:
    about = _about(case, reference)
    page = render_template("disposal/subject.html", found=found, about=about, note=NAMED_IN)
    named_in = {"note": NAMED_IN, "records": found.named_in}
    everything = {**about, "held": found.rows, "names_this_case_in_its_text": named_in}
    held = json.dumps(everything, ensure_ascii=False, indent=1)
    files = {"record.json": held.encode(), "record.html": page.encode()}
    manifest = {
        **about,
        "rows": found.counts,
        "left_out": NOT_TOLD | {f"{table}.{name}": why for (table, name), why in WITHIN.items()},
        "names_this_case_in_its_text": len(found.named_in),
        "sha256": {name: sha256(content).hexdigest() for name, content in files.items()},
    }
    files["manifest.json"] = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _about(case: str, reference: str) -> JsonObject:
    settings = current_app.config["SETTINGS"]
    return {
        "case": case,
        "reference": reference,
        "council": settings.council_name,
        "marking": settings.printed_marking,
        "made_at": now().astimezone(UTC).isoformat(timespec="seconds"),
        "warning": WARNING,
    }


def _write_new(out: Path, content: bytes) -> None:
    file = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
    except BaseException:
        out.unlink(missing_ok=True)
        raise
