"""Addresses of routes, about records that do not exist."""

from __future__ import annotations

import re

from werkzeug.routing import Rule


def address_of(rule: Rule) -> str:
    """An address of the rule about a record that does not exist."""
    return re.sub(r"<(int:)?[^>]+>", lambda part: "1" if part[1] else "ZZZZ-ZZZZ", rule.rule)
