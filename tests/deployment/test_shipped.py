"""The files an operator copies: what they name exists, and the tools they are for read them."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from click import Argument, Command, Group, Option
from dockerfile_parse import DockerfileParser
from flask import Flask

from audit_app.drills import drill
from audit_app.web import serving
from config import ROOT, Settings
from tests.deployment.tools import tool

DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [each for each in UNITS if each.suffix == ".service"]
TIMERS = [each for each in UNITS if each.suffix == ".timer"]
#: Where the units expect the version that serves.
HOME = "/srv/practice-audit/current"
SHIPPED = [each for each in DEPLOY.rglob("*") if each.is_file()]
GUIDES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs/guide").glob("*.md")]

_FLASK = re.compile(r"flask(?:\"|',|,)?\s+\"?--app\"?,?\s+\"?audit_app\"?,?((?:\s+[a-z_-]+)+)")


def values(unit: Path, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.+)$", unit.read_text(), re.MULTILINE)


@pytest.mark.parametrize("file", [*SERVICES, *GUIDES], ids=lambda each: each.name)
def test_every_command_that_is_written_down_exists(app: Flask, file: Path) -> None:
    for found in _FLASK.findall(file.read_text()):
        name, *more = found.split()
        command = app.cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None, f"{name} in {file.name}"
        if isinstance(command, Group) and more:
            assert more[0] in command.commands, f"{name} {more[0]} in {file.name}"


def typed_in(file: Path) -> list[list[str]]:
    """What a guide has people type after ``practice-audit``, in words."""
    text = file.read_text()
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    lines = [*spans, *(line for block in blocks for line in block.splitlines())]
    found = (
        re.match(r"(?:[*/\d ]+root +)?(?:/usr/local/sbin/)?practice-audit (.+)", part.strip())
        for line in lines
        for part in re.split(r"&&| >", line)
    )
    typed = [shlex.split(each[1], comments=True) for each in found if each and each[1] != "…"]
    return [words[2:] if words[0] == "--version" else words for words in typed]


def is_refused(command: Command, words: list[str]) -> str | None:
    """Why a command would not take what is typed after it. What an option says is not looked at."""
    if isinstance(command, Group):
        name = words[0] if words else "nothing"
        inner = command.commands.get(name)
        return is_refused(inner, words[1:]) if inner else f"no {name}"
    options = {
        spelt: each for each in command.params if isinstance(each, Option) for spelt in each.opts
    }
    takes = [each for each in command.params if isinstance(each, Argument)]
    rest, given = list(words), 0
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            given += 1
        elif word not in options:
            return f"no option {word}"
        elif not options[word].is_flag:
            if not rest:
                return f"nothing after {word}"
            rest.pop(0)
    missing = [spelt for spelt, each in options.items() if each.required and spelt not in words]
    if missing or not sum(each.required for each in takes) <= given <= len(takes):
        return f"{given} words and without {missing}"
    return None


@pytest.mark.parametrize("file", GUIDES, ids=lambda each: each.name)
def test_what_people_are_told_to_type_is_taken_by_the_command(app: Flask, file: Path) -> None:
    for words in typed_in(file):
        drilled = words[0] == "drill"
        refused = is_refused(drill, words[1:]) if drilled else is_refused(app.cli, words)
        assert refused is None, f"{file.name}: practice-audit {' '.join(words)}: {refused}"


def test_the_guides_for_three_in_the_morning_are_read_by_the_test_above() -> None:
    found = {
        file.name: {" ".join(words[:2]) for words in typed_in(file)}
        for file in GUIDES
        if file.parent == ROOT / "docs"
    }
    assert {"drill upgrade", "db upgrade", "history seal", "check"} <= found["upgrade.md"]
    assert {"restore $file", "verify-backup $file", "drill restore"} <= found["backup.md"]
    assert {"db upgrade", "create-user you@council.gov.uk"} <= found["deploy.md"]


def test_every_path_of_a_machine_is_one_that_units_or_their_settings_name() -> None:
    """In any guide, the proxies’ files and the command: one name for each place."""
    known = {
        "/srv/practice-audit/versions",
        HOME,
        "/srv/practice-audit/next",
        "/var/backups/practice-audit",
        "/var/lib/practice-audit",
        "/var/cache/practice-audit",
        "/etc/practice-audit",
        "/etc/ssl/practice-audit",
        "/etc/systemd/system",
        "/usr/local/sbin/practice-audit",
    }
    # A container holds one version, and no link.
    for file in {*GUIDES, *(each for each in SHIPPED if each.parent.name != "container")}:
        found = re.findall(r"(?<![\w.])(?:/[\w-]+)*/practice-audit(?:/[\w-]+)?", file.read_text())
        for path in (each for each in found if each.startswith(("/srv", "/var", "/etc", "/usr"))):
            assert any(path == each or path.startswith(f"{each}/") for each in known) or (
                path.startswith("/var/log/nginx")
            ), f"{path} in {file.name}"
    assert not re.search(
        r"[\d*]\.backup\b|/srv/audit", "".join(each.read_text() for each in GUIDES)
    )


def test_every_backup_has_the_same_name_whoever_makes_it() -> None:
    (nightly,) = values(DEPLOY / "systemd" / "practice-audit-backup.service", "ExecStart")
    assert "$$(date +%%F-%%H%%M).zip" in nightly
    assert '-name "*.zip"' in nightly
    guide = (ROOT / "docs" / "backup.md").read_text()
    assert "file=/var/backups/practice-audit/$(date +%F-%H%M).zip" in guide
    named = re.findall(r"/([\w-]+)\.zip", guide + (ROOT / "docs" / "upgrade.md").read_text())
    assert named
    assert not [each for each in named if not re.fullmatch(r"\d{4}-\d\d-\d\d-\d{4}", each)]


@pytest.mark.parametrize("timer", TIMERS, ids=lambda each: each.name)
def test_every_timer_is_stopped_and_started_by_the_one_name_for_all(timer: Path) -> None:
    (target,) = values(timer, "WantedBy")
    assert values(timer, "PartOf") == [target]
    assert DEPLOY / "systemd" / target in UNITS


def test_nothing_is_disposed_of_before_the_month_is_two_weeks_old() -> None:
    """What falls due can be read for as long, and the quarter’s first summaries are printed."""
    (when,) = values(DEPLOY / "systemd" / "practice-audit-retention.timer", "OnCalendar")
    days = re.fullmatch(r"\*-\*-(\d\d) \d\d:\d\d Europe/London", when)
    assert days
    assert 15 <= int(days[1]) <= 28


@pytest.mark.parametrize("timer", TIMERS, ids=lambda each: each.name)
def test_every_timer_starts_a_unit_that_ships(app: Flask, timer: Path) -> None:
    (unit,) = values(timer, "Unit")
    template, _, instance = unit.removesuffix(".service").partition("@")
    file = DEPLOY / "systemd" / (f"{template}@.service" if instance else unit)
    assert file in UNITS
    if instance:
        assert instance in app.cli.commands
    assert values(timer, "OnCalendar")


@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.name)
def test_every_path_of_ours_in_a_unit_exists(service: Path) -> None:
    told = re.findall(rf"{HOME}/([\w./-]+)", service.read_text())
    assert told or "failed" in service.name
    for path in told:
        assert (ROOT / path).exists(), path


def test_the_example_of_settings_starts_the_service_in_production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        line
        for line in (DEPLOY / "settings.env").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    given = dict(line.split("=", 1) for line in lines)
    assert {name.lower() for name in given} - set(Settings.model_fields) == {"web_concurrency"}
    key = tmp_path / "key"
    key.write_text("k" * 48)
    for name, value in (given | {"SECRET_KEY_FILE": str(key)}).items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert not settings.demo
    assert settings.signing_key() == "k" * 48
    assert given["WEB_CONCURRENCY"] == "3"


def test_systemd_reads_the_units_and_finds_them_closed(tmp_path: Path) -> None:
    analyze = tool("systemd-analyze", "systemd", in_ci=False)
    for unit in UNITS:
        # There is no such folder here; what is in it, the test above looks for.
        read = unit.read_text().replace(f"ExecStart={HOME}", f"ExecStart={ROOT}")
        (tmp_path / unit.name).write_text(read)
    names = [str(tmp_path / each.name) for each in UNITS]
    verified = subprocess.run(
        [analyze, "verify", "--man=no", *names], capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stderr
    assert [line for line in verified.stderr.splitlines() if "practice-audit" in line] == []
    for service in SERVICES:
        if "failed" in service.name:
            continue
        judged = subprocess.run(
            [analyze, "security", "--offline=true", "--threshold=20", str(service)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert judged.returncode == 0, judged.stdout.splitlines()[-1]


def test_caddy_reads_its_file() -> None:
    caddy = tool("caddy", "caddy", in_ci=False)
    read = subprocess.run(
        [caddy, "validate", "--adapter", "caddyfile", "--config", DEPLOY / "caddy" / "Caddyfile"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert read.returncode == 0, read.stderr


def test_the_proxies_wait_longer_than_the_service_and_take_what_it_takes() -> None:
    nginx = (DEPLOY / "nginx" / "practice-audit.conf").read_text()
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text()
    longest = 2 * Settings.model_fields["import_max_megabytes"].default
    for said, pattern in ((nginx, r"proxy_read_timeout (\d+)s"),
                          (caddy, r"response_header_timeout (\d+)s")):  # fmt: skip
        assert int(re.findall(pattern, said)[0]) > serving.timeout
    for said, pattern in ((nginx, r"client_max_body_size (\d+)m"), (caddy, r"max_size (\d+)MB")):
        assert int(re.findall(pattern, said)[0]) > longest
    (stop,) = values(DEPLOY / "systemd" / "practice-audit@.service", "TimeoutStopSec")
    assert int(stop) > serving.graceful_timeout


# --- the container file, which is read here and not built ----------------------------------------


def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage."""
    file = io.BytesIO((DEPLOY / "container" / "Containerfile").read_bytes())
    found: list[list[tuple[str, str]]] = []
    for each in DockerfileParser(fileobj=file).structure:
        if each["instruction"] == "FROM":
            found.append([])
        if found and each["instruction"] != "COMMENT":
            found[-1].append((each["instruction"], each["value"]))
    return found


def test_the_container_runs_as_nobody_with_no_tools_to_build() -> None:
    build, last = stages()
    assert build[0][1].endswith("AS build")
    assert dict(last)["USER"].isdecimal()
    assert int(dict(last)["USER"]) >= 1000
    run = " ".join(value for name, value in last if name == "RUN")
    assert not re.search(r"\b(gcc|build-essential|nodejs|npm|git|curl)\b", run)
    assert "pip uninstall" in run
    copied = [value for name, value in last if name == "COPY"]
    assert copied == ["--from=build --chown=root:root /srv/practice-audit ./"]


def test_the_container_is_made_of_what_is_here_by_the_scripts_here() -> None:
    build, _ = stages()
    for name, value in build:
        if name == "COPY":
            *sources, _ = shlex.split(value)
            assert all((ROOT / each).exists() for each in sources)
    needed = {path.split("/")[0] for path in ("config.py", "audit_app", "templates", "migrations")}
    assert needed <= {shlex.split(value)[0] for name, value in build if name == "COPY"}
    text = (DEPLOY / "container" / "Containerfile").read_text()
    for path in re.findall(r"(?:\./|/srv/practice-audit/)([\w./-]+)", text):
        assert (ROOT / path).exists(), path


def test_no_file_that_ships_holds_a_secret() -> None:
    for file in SHIPPED:
        assert not re.search(r"(PASSWORD|SECRET_KEY|API_KEY)=\S", file.read_text()), file.name
