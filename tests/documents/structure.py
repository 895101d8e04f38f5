"""What a document tells a reader who does not see it, and an archive, read without veraPDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from typing import Any

from pypdf import PdfReader

#: What a page on its own may ask for: pictures that it holds, and the service's own fonts.
_ASKED_FOR = re.compile(r"""url\(\s*["']?([^"')]+)""")


def problems(content: bytes) -> list[str]:
    """What is amiss in the tags, titles, bookmarks and metadata of a PDF."""
    reader = PdfReader(BytesIO(content))
    root: Any = reader.trailer["/Root"]
    nodes = list(_nodes(root["/StructTreeRoot"]))
    return [
        *([] if root.get("/Lang") == "en-GB" else ["no language"]),
        *([] if reader.metadata and reader.metadata.title else ["no title"]),
        *([] if reader.metadata and reader.metadata.author else ["no author"]),
        *([] if root["/ViewerPreferences"].get("/DisplayDocTitle") else ["title is not shown"]),
        *([] if reader.outline else ["no bookmarks"]),
        *_wrong_headings([str(node["/S"]) for node in nodes if re.match(r"/H\d", node["/S"])]),
        *(
            "no words for a picture"
            for node in nodes
            if node["/S"] == "/Figure" and not node.get("/Alt")
        ),
        *_wrong_tables(nodes),
        *_wrong_metadata(root["/Metadata"].get_object().get_data().decode()),
    ]


def _nodes(node: Any) -> Iterator[Any]:
    """Every element of the tree of tags, in the order in which it is read."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for each in node:
            yield from _nodes(each)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        yield from _nodes(node.get("/K", []))


def _wrong_headings(found: list[str]) -> Iterator[str]:
    """One title, and no level left out on the way down."""
    levels = [int(each[2:]) for each in found]
    if levels.count(1) != 1 or levels[0] != 1:
        yield f"headings begin {found[:3]}, with {levels.count(1)} of the first level"
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"a heading of level {after} under one of level {before}"


def _wrong_tables(nodes: list[Any]) -> Iterator[str]:
    """A cell that no heading explains; a heading that a cell names must be there."""
    named = {str(node["/ID"]) for node in nodes if node["/S"] == "/TH" and "/ID" in node}
    for node in nodes:
        if node["/S"] == "/TD":
            headers = [str(each) for each in node["/A"].get("/Headers", [])]
            if not headers or not set(headers) <= named:
                yield f"a cell with headings {headers}"


def _wrong_metadata(said: str) -> Iterator[str]:
    if 'pdfaid:part="3"' not in said or 'pdfaid:conformance="A"' not in said:
        yield "does not say that it is PDF/A-3a"
    if "<pdfuaid:part>1</pdfuaid:part>" not in said:
        yield "does not say that it is PDF/UA-1"


def page_problems(html: bytes) -> list[str]:
    """What the policy of a document's page would refuse, and what would change when others do."""
    text = html.decode()
    asked = {*_ASKED_FOR.findall(text), *re.findall(r'<[^>]*\s(?:src|href)="([^"]*)"', text)}
    own = ("/static/fonts/", "data:image/", "#")
    return [
        *(f"asks for {each}" for each in sorted(asked) if not each.startswith(own)),
        *(["has a style attribute"] if re.search(r"<[^>]*\sstyle=", text) else []),
        *(["has a script"] if "<script" in text else []),
    ]
