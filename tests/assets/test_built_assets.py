"""What the build puts into static/: the council's dress, nobody else's marks, nothing from afar."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from config import Settings

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(path.name for path in (ROOT / "audit_app/assets/js").iterdir())
WEIGHTS = (400, 600, 700)
MARKS = re.compile(r"crown|crest|gds[ -]?transport|gov\.uk|logotype|opengraph|royal", re.IGNORECASE)
#: The library names itself in messages to developers; that is its name, not a mark on the page.
LIBRARY_NAME = "GOV.UK Frontend"
OTHER_HOST = re.compile(r"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


def build(out: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("COUNCIL_")
    }
    return subprocess.run(
        [ROOT / "scripts/build-assets", "--out", out],
        env=environment | settings,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("static")
    done = build(out)
    assert done.returncode == 0, done.stderr
    return out


def text_of(folder: Path, suffix: str) -> str:
    found = sorted(folder.glob(f"*{suffix}"))
    assert found, f"no {suffix} was built"
    return "\n".join(path.read_text() for path in found)


def test_only_what_the_pages_use_is_built(built: Path) -> None:
    top = {path.name for path in built.iterdir()}
    fonts = {path.name for path in (built / "fonts").iterdir()}

    assert top == {
        *SCRIPTS,
        "app.css",
        "document-fonts.css",
        "favicon.svg",
        "fonts",
        "govuk-frontend.min.js",
    }
    assert fonts == {
        "LICENCE.txt",
        *(f"source-sans-3-latin-{weight}.woff2" for weight in WEIGHTS),
        *(f"source-sans-3-latin-ext-{weight}.woff2" for weight in WEIGHTS),
        *(f"source-sans-3-{weight}.woff" for weight in WEIGHTS),
        *(f"LICENCE-noto-{name}.txt" for name in ("emoji", "sans-arabic", "sans-hebrew")),
        *(f"noto-sans-{name}-{each}.woff" for name in ("arabic", "hebrew") for each in (400, 700)),
        "noto-emoji-400.woff",
    }


@pytest.mark.parametrize("weight", WEIGHTS)
def test_one_file_a_weight_prints_every_letter_of_a_name(built: Path, weight: int) -> None:
    with TTFont(built / f"fonts/source-sans-3-{weight}.woff") as font:
        drawn = font.getBestCmap()

    assert [letter for letter in "Aaŵŷ’–“”£€ŁódźÇşğéñșțőčřž≥→" if ord(letter) not in drawn] == []


@pytest.mark.parametrize("suffix", [".css", ".js", ".svg"])
def test_no_mark_of_the_governments_own_site_is_in_it(built: Path, suffix: str) -> None:
    assert MARKS.findall(text_of(built, suffix).replace(LIBRARY_NAME, "")) == []


@pytest.mark.parametrize("suffix", [".css", ".js"])
def test_nothing_is_fetched_from_another_host(built: Path, suffix: str) -> None:
    assert OTHER_HOST.findall(text_of(built, suffix)) == []


@pytest.mark.parametrize("style", ["app.css", "document-fonts.css"])
def test_every_file_a_style_sheet_asks_for_is_there(built: Path, style: str) -> None:
    asked_for = re.findall(r"url\(\"?([^\")]+)", (built / style).read_text())

    assert asked_for
    assert [name for name in asked_for if not (built / name).is_file()] == []


def test_every_module_a_script_imports_is_there_under_an_address_of_its_version(
    built: Path,
) -> None:
    imports = [
        line
        for script in SCRIPTS
        for line in (built / script).read_text().splitlines()
        if line.startswith("import ")
    ]
    imported = [re.search(r'"\./([\w.-]+)\?v=([0-9a-f]{12})";$', line) for line in imports]

    assert imports
    assert [line for line, found in zip(imports, imported, strict=True) if not found] == []
    assert {found[1] for found in imported} == {*SCRIPTS, "govuk-frontend.min.js"} - {"app.js"}
    assert len({found[2] for found in imported}) == 1


def test_the_default_dress_is_the_one_in_the_settings(built: Path) -> None:
    settings = Settings.model_fields
    families = str(settings["council_font"].default).split(", ")
    style = (built / "app.css").read_text()

    assert str(settings["council_colour"].default) in style
    assert all(family in style for family in families)
    assert str(settings["council_colour"].default) in (built / "favicon.svg").read_text()


def test_a_council_brings_its_own_colour_and_font(tmp_path: Path) -> None:
    done = build(
        tmp_path, COUNCIL_COLOUR="#5B2D82", COUNCIL_FONT="Verdana, 'Open Sans', sans-serif"
    )
    style = (tmp_path / "app.css").read_text()

    assert done.returncode == 0, done.stderr
    assert "#5b2d82" in style
    assert str(Settings.model_fields["council_colour"].default) not in style
    assert 'font-family:"Verdana","Open Sans",sans-serif' in style
    assert "#5b2d82" in (tmp_path / "favicon.svg").read_text()


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("COUNCIL_COLOUR", "#ffcc00", "Choose a darker shade"),
        ("COUNCIL_COLOUR", "teal", "six digits"),
        ("COUNCIL_FONT", "GDS Transport, sans-serif", "Choose another font"),
        ("COUNCIL_FONT", "Arial; } body { display: none", "font names with commas"),
    ],
)
def test_a_dress_nobody_could_read_or_wear_is_refused(
    tmp_path: Path, setting: str, value: str, reason: str
) -> None:
    done = build(tmp_path, **{setting: value})

    assert done.returncode != 0
    assert reason in done.stderr
    assert "    at " not in done.stderr, "a stack trace says nothing to an operator"


def test_the_lock_file_names_no_host() -> None:
    lock = json.loads((ROOT / "audit_app/assets/package-lock.json").read_text())

    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
