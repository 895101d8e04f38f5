"""What checks every page in the tests finds exactly what html5lib by itself would."""

from __future__ import annotations

import html5lib
from hypothesis import example, given
from hypothesis import strategies as st

from tests.quick_html import QuickParser

_PIECES = (
    '<!DOCTYPE html><html lang="en"><head><title>A</title></head><body>',
    *("<p>", "</p>", '<div class="a b" hidden>', "</div>", '<h1 id="x">', "</h1>", "</main >"),
    *(
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<textarea>\n",
        "</textarea>",
        "<script>",
        "</script>",
    ),
    *(
        "<svg>",
        '<path d="M0"/>',
        "</svg>",
        "<br>",
        "<br/>",
        "<select><option>",
        "<form>",
        '<a href="/">',
    ),
    *(
        '<p id="x" id="y">',
        "<p a=b>",
        "<p a='b'>",
        '<P CLASS="A">',
        '<p a="&lt;&">',
        '<p a="b"c="d">',
    ),
    *(
        "<",
        ">",
        '"',
        "'",
        "/",
        "=",
        "&",
        "&amp;",
        "\0",
        "\r",
        "\n",
        "\x0c",
        " ",
        "\ufdd0",
        "<!--",
        "-->",
    ),
    *("words", "é", "x" * 10_230, " " * 10_230),
)


@given(st.lists(st.sampled_from(_PIECES), max_size=25))
@example(["x" * 10_230, "<p>", '<p id="x" id="y">', "<table>", "words"])
@example(["words", "\0", "words", "\ufdd0"])
def test_a_page_read_quickly_has_the_same_tree_and_the_same_mistakes(pieces: list[str]) -> None:
    text = "".join(pieces)
    slow, quick = html5lib.HTMLParser(), QuickParser()
    trees = [
        html5lib.serialize(parser.parse(text), quote_attr_values="always")
        for parser in (slow, quick)
    ]
    assert trees[0] == trees[1]
    assert slow.errors == quick.errors
