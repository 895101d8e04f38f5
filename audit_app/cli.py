"""The flask commands, thin: each reads its arguments, asks a room, and prints."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Put every command on the application."""
