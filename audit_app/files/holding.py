"""A checked file, held on the server until the person who checked it says “import”.

So what was shown is what is written. A held file can be opened by that person alone, with its
checksum right, for an hour; it is readable by nobody else on the machine, and goes when it has been
imported.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import current_app

KEPT_SECONDS = 60 * 60
LONGEST_NAME = 100

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


class NoLongerHeld(Exception):
    """There is no such held file: it was imported, an hour has gone, or it is somebody else's."""


@dataclass(frozen=True)
class HeldFile:
    name: str
    content: bytes


def hold(content: bytes, name: str, user_id: int) -> str:
    """Keep a file for the person, and give the token that opens it again."""
    let_go_of_old()
    token = secrets.token_urlsafe(24)
    about = {"user": user_id, "name": name[-LONGEST_NAME:], "sha256": sha256(content).hexdigest()}
    path = _folder() / token
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(json.dumps(about).encode() + b"\n" + content)
    return token


def open_held(token: str, user_id: int) -> HeldFile:
    """The held file.

    Raises:
        NoLongerHeld: when this person holds no such file, or it is not what was held.
    """
    path = _path(token)
    try:
        old = time.time() - path.stat().st_mtime > KEPT_SECONDS
        about, _, content = path.read_bytes().partition(b"\n")
        said = json.loads(about)
    except (OSError, ValueError):
        raise NoLongerHeld from None
    if old or said["user"] != user_id or said["sha256"] != sha256(content).hexdigest():
        raise NoLongerHeld
    return HeldFile(said["name"], content)


def let_go(token: str) -> None:
    """Delete a held file, if it is still there."""
    _path(token).unlink(missing_ok=True)


def let_go_of_old() -> None:
    """Delete every file that has been held for its hour."""
    for path in _folder().iterdir():
        try:
            if time.time() - path.stat().st_mtime > KEPT_SECONDS:
                path.unlink(missing_ok=True)
        except FileNotFoundError:
            # Another worker deleted it first.
            continue


def _path(token: str) -> Path:
    if _TOKEN.fullmatch(token) is None:
        raise NoLongerHeld
    return _folder() / token


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].import_folder
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    return folder
