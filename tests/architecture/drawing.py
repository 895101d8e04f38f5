"""Draws docs/pictures/structure.svg from the real imports. Run by scripts/draw-structure."""

from __future__ import annotations

import ast
import re
from html import escape
from itertools import pairwise
from textwrap import wrap

from tests.architecture.arranging import Spot, arranged
from tests.architecture.house import PACKAGE, ROOT, imports, layers

PICTURE = ROOT / "docs" / "pictures" / "structure.svg"

#: The highest layer of what every room shares; arrows to it from rooms are said in words.
SHARED = "web"
#: Those that only start rooms; the rooms themselves are all that stand between.
COMMANDS = ("drills", "cli", "demo")

WIDTH, MARGIN, STEP = 1240, 44, 156
BOX_WIDTH, BOX_HEIGHT, WIDE, LINE = 196, 90, 480, 17
COLOURS = {
    "commands": ("#f3f2f1", "#505a5f"),
    "rooms": ("#e3eff6", "#1d70b8"),
    "shared": ("#eef4ea", "#4c7a3d"),
}
CAPTIONS = {
    "commands": "Commands",
    "rooms": "Rooms",
    "shared": "What the rooms stand on",
}
STYLE = (
    "text{font-family:'Source Sans 3',Arial,Helvetica,sans-serif;fill:#0b0c0c}"
    ".name{font-size:18px;font-weight:700}.what,.use{font-size:13px}.use{fill:#505a5f}.zone{font-size:16px;font-weight:700}"
    ".arrow{fill:none;stroke:#505a5f;stroke-width:1.6}"
)
SAID_BY = 'role="img" aria-labelledby="title said"'
ARROW_HEAD = (
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" '
    'markerHeight="7" orient="auto"><path d="M0 0 10 5 0 10z" fill="#505a5f"/></marker></defs>'
)


def drawn() -> str:
    """The picture as SVG."""
    rows, arrows = layers(), imports()
    shared = {n for row in rows[_first_shared(rows) :] for n in row}
    between = {(a, b) for a, b in arrows if (a in shared) == (b in shared)}
    widths = {n: WIDE if n in shared else BOX_WIDTH for row in rows for n in row}
    picture = arranged(rows, between, widths)
    lines = [_arrow(way) for way in picture.ways.values()]
    boxes = [
        _box(spot, _kind(spot.name, shared), _users(spot.name, arrows, shared))
        for row in picture.rows
        for spot in row
        if spot.name
    ]
    first = {_kind(row[0], shared): number for number, row in reversed([*enumerate(rows)])}
    captions = [_caption(kind, number) for kind, number in first.items()]
    height = 2 * MARGIN + (len(rows) - 1) * STEP + BOX_HEIGHT
    return "\n".join([*_head(height, between), *captions, *lines, *boxes, "</svg>", ""])


def _first_shared(rows: list[list[str]]) -> int:
    return next(number for number, row in enumerate(rows) if SHARED in row)


def _kind(name: str, shared: set[str]) -> str:
    if name in shared:
        return "shared"
    return "commands" if name in COMMANDS else "rooms"


def _users(name: str, arrows: set[tuple[str, str]], shared: set[str]) -> str:
    """Which rooms use what is shared, in words."""
    if name not in shared:
        return ""
    rooms = {n for row in layers() for n in row} - shared - {*COMMANDS}
    users = {a for a, b in arrows if b == name} & rooms
    if not rooms - users:
        return "Used by every room"
    if len(users) <= len(rooms) / 2:
        return f"Used by {_listed(users)}" if users else "Used by no room"
    return f"Used by every room but {_listed(rooms - users)}"


def _listed(names: set[str]) -> str:
    *first, last = sorted(names)
    return f"{', '.join(first)} and {last}" if first else last


def _head(height: int, arrows: set[tuple[str, str]]) -> list[str]:
    said = "; ".join(
        f"{name} uses {_listed({b for a, b in arrows if a == name})}"
        for name in sorted({a for a, _ in arrows})
    )
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {SAID_BY}>',
        '<title id="title">The parts of the service: arrows go down to what each uses</title>',
        f'<desc id="said">{escape(said)}.</desc>',
        f"<style>{STYLE}</style>",
        ARROW_HEAD,
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]


def _top(row: int) -> int:
    return MARGIN + row * STEP


def _caption(kind: str, row: int) -> str:
    colour, y = COLOURS[kind][1], _top(row) - 10
    return f'<text class="zone" x="36" y="{y}" style="fill:{colour}">{CAPTIONS[kind]}</text>'


def _port(spot: Spot, joined: list[Spot], other: Spot) -> float:
    """Where along a box's edge an arrow begins or ends: in the order of the other ends."""
    places = sorted(joined, key=lambda each: each.x)
    apart = min(30.0, spot.width / (len(places) + 1))
    return WIDTH / 2 + spot.x + (places.index(other) - (len(places) - 1) / 2) * apart


def _arrow(way: list[Spot]) -> str:
    path = ""
    for upper, lower in pairwise(way):
        x1, x2 = _port(upper, upper.below, lower), _port(lower, lower.above, upper)
        y1, y2 = _top(upper.row) + BOX_HEIGHT, _top(lower.row)
        bend = (y2 - y1) / 2
        path += f"M{x1:.0f} {y1:.0f}" if not path else f"V{y1:.0f}"
        path += f"C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}"
    return f'<path class="arrow" d="{path}" marker-end="url(#head)"/>'


def _box(spot: Spot, kind: str, use: str) -> str:
    fill, edge = COLOURS[kind]
    middle, top = WIDTH / 2 + spot.x, _top(spot.row)
    texts = [("name", spot.name), *(("what", line) for line in _what(spot))]
    texts += [("use", use)] if use else []
    first = top + BOX_HEIGHT / 2 - (len(texts) - 1) * LINE / 2 + 6
    lines = "".join(
        f'<text class="{look}" x="{middle:.0f}" y="{first + number * LINE:.1f}" '
        f'text-anchor="middle">{escape(text)}</text>'
        for number, (look, text) in enumerate(texts)
    )
    return (
        f'<rect x="{middle - spot.width / 2:.0f}" y="{top:.0f}" width="{spot.width}" '
        f'height="{BOX_HEIGHT}" rx="6" fill="{fill}" stroke="{edge}" stroke-width="1.6"/>{lines}'
    )


def _what(spot: Spot) -> list[str]:
    """What it is for: the beginning of its own first sentence."""
    module = ROOT / PACKAGE / spot.name
    file = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
    said = ast.get_docstring(ast.parse(file.read_text())) or ""
    return wrap(re.split(r"[.:;]\s|[.]$", said, maxsplit=1)[0], spot.width // 8)


if __name__ == "__main__":
    PICTURE.write_text(drawn())
