"""The steps of docs/upgrade.md, typed as they stand on a machine that is laid out as it says.

What only a machine has (systemd, a port that answers) is stood in for; the commands, the unit of
the backup, the drill and the migration are the service's own, with no more around them than there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask

from audit_app.backup.queries import contents, newest_migration
from audit_app.extensions import db
from config import ROOT
from tests.backup.kept import audits_there, database_at, fill
from tests.people import World

pytestmark = [pytest.mark.sqlite_only, pytest.mark.slow]

BEFORE = "2026-10-04"
#: What belongs to a version.
PARTS = ("audit_app", "config.py", "migrations", "scripts", "templates", ".venv")

SYSTEMD_RUN = """#!{python}
import os, sys
here, env = None, {{"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}}
words = sys.argv[1:]
while (word := words.pop(0)) != "--":
    name, _, value = word.partition("=")
    if name == "--working-directory":
        here = value
    elif name == "--setenv":
        env.update([value.split("=", 1)])
    elif value.startswith("EnvironmentFile="):
        file = value.partition("=")[2]
        if not file.startswith("-") or os.path.exists(file.lstrip("-")):
            lines = open(file.lstrip("-")).read().splitlines()
            env.update(line.split("=", 1) for line in lines if line and line[0] != "#")
    elif name not in ("--quiet", "--wait", "--collect", "--pty", "--pipe", "--uid", "--gid",
                      "--property"):
        sys.exit(f"systemd-run: {{word}}")
os.chdir(here)
os.execve(words[0], words, env)
"""

SYSTEMCTL = """#!{python}
import pathlib, re, shlex, subprocess, sys
with open("{machine}/journal", "a") as journal:
    print("systemctl", *sys.argv[1:], file=journal)
if sys.argv[1:] == ["start", "practice-audit-backup"]:
    unit = pathlib.Path("{machine}/etc/systemd/system/practice-audit-backup.service").read_text()
    said = lambda name: re.findall(rf"^{{name}}=(.+)$", unit, re.MULTILINE)
    env = [each for line in said("Environment") for each in shlex.split(line)]
    for file in said("EnvironmentFile"):
        lines = pathlib.Path(file).read_text().splitlines()
        env += [line for line in lines if line and line[0] != "#"]
    command = said("ExecStart")[0].replace("$$", "$").replace("%%", "%")
    sys.exit(subprocess.run(["env", "-i", "PATH=/usr/bin:/bin", *env, *shlex.split(command)],
                            cwd=said("WorkingDirectory")[0]).returncode)
"""

CURL = """#!/bin/sh
for last; do :; done
echo "curl $last" >> {machine}/journal
echo ready
"""


@dataclass(frozen=True)
class Machine:
    folder: Path

    def path(self, there: str) -> Path:
        return Path(self.of_here(there))

    def of_here(self, text: str) -> str:
        """What is written of a council's machine, of this one."""
        return re.sub(r"/(srv|var|etc|usr/local)(?=/)", rf"{self.folder}/\1", text)

    def typed(self, *blocks: str) -> subprocess.CompletedProcess[str]:
        """Typed in one shell that ends at the first line that fails."""
        script = self.of_here("\n".join(("set -eu -o pipefail", *blocks)))
        path = f"{self.folder}/bin:{self.folder}/usr/local/sbin:{os.environ['PATH']}"
        return subprocess.run(
            ["bash", "-c", script], env={"PATH": path, "HOME": str(self.folder)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def journal(self) -> list[str]:
        return (self.folder / "journal").read_text().splitlines()


@pytest.fixture
def machine(app: Flask, world: World, tmp_path: Path) -> Machine:
    """One machine after docs/deploy.md, with records at the migration of the version before."""
    it = Machine(tmp_path / "machine")
    for there in (
        *("/srv/practice-audit/versions", "/var/backups/practice-audit"),
        *("/var/lib/practice-audit", "/etc/practice-audit", "/etc/systemd/system"),
        *("/usr/local/sbin", "/var/cache/practice-audit"),
    ):
        it.path(there).mkdir(parents=True)
    for version in (BEFORE, f"{date.today()}"):
        _set_up(it, it.path("/srv/practice-audit/versions") / version)
    it.path("/srv/practice-audit/current").symlink_to(f"versions/{BEFORE}")
    shipped = it.path("/srv/practice-audit/current/docs/deploy")
    for unit in (shipped / "systemd").iterdir():
        shutil.copy(unit, it.path("/etc/systemd/system"))
    shutil.copy(shipped / "practice-audit", it.path("/usr/local/sbin"))
    shutil.copy(shipped / "settings.env", it.path("/etc/practice-audit"))
    it.path("/etc/practice-audit/secret-key").write_text("k" * 48)
    _stand_ins(it)
    fill(world)
    with pytest.MonkeyPatch.context() as losing:
        losing.setenv("MIGRATION_MAY_LOSE_ROWS", "1")
        flask_migrate.downgrade(revision="0012")
    db.session.remove()
    with db.engine.connect() as connection:
        file = it.path("/var/lib/practice-audit/audit.sqlite")
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql(f"VACUUM INTO '{file}'")
    flask_migrate.upgrade()
    return it


def _set_up(machine: Machine, folder: Path) -> None:
    """A version's folder; both versions are of the code that there is."""
    folder.mkdir()
    for part in PARTS:
        (folder / part).symlink_to(ROOT / part)
    shutil.copytree(ROOT / "docs" / "deploy", folder / "docs" / "deploy")
    for each in (folder / "docs" / "deploy").rglob("*"):
        if each.is_file():
            each.write_text(machine.of_here(each.read_text()))


def _stand_ins(machine: Machine) -> None:
    programs = machine.folder / "bin"
    programs.mkdir()
    for name, text in (("systemd-run", SYSTEMD_RUN), ("systemctl", SYSTEMCTL), ("curl", CURL)):
        (programs / name).write_text(text.format(python=sys.executable, machine=machine.folder))
        (programs / name).chmod(0o755)


def steps() -> dict[str, str]:
    """What is typed at each step of the guide, by its number; and to go back."""
    forth, back = (ROOT / "docs" / "upgrade.md").read_text().split("\n## Going back\n")
    numbered = re.findall(r"^\*\*(\d+)\. .*?\n```\n(.*?)```", forth, re.DOTALL | re.MULTILINE)
    return {**dict(numbered), "back": re.findall(r"```\n(.*?)```", back, re.DOTALL)[0]}


def test_the_steps_bring_a_machine_up_to_date_as_they_are_written(machine: Machine) -> None:
    step = steps()
    assert set(step) == {*map(str, range(1, 10)), "back"}
    setting_up = ("git clone", 'cd "$new"')
    first = [line for line in step["1"].splitlines() if not line.startswith(setting_up)]
    some = ("2", "3", "4", "5", "7", "8", "9")
    done = machine.typed(*first, *(step[each] for each in some))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"versions/{BEFORE}\n")
    assert "Upgraded, proved and taken away again" in done.stdout
    assert machine.journal() == [
        "systemctl stop practice-audit-timers.target",
        "systemctl list-units --state=activating practice-audit-*",
        "systemctl start practice-audit-backup",
        "systemctl daemon-reload",
        "systemctl restart practice-audit@8001",
        "curl http://127.0.0.1:8001/readyz",
        "systemctl restart practice-audit@8002",
        "curl http://127.0.0.1:8002/readyz",
        "systemctl start practice-audit-timers.target",
    ]
    current = machine.path("/srv/practice-audit/current")
    assert current.readlink() == Path(f"versions/{date.today()}")
    (backup,) = machine.path("/var/backups/practice-audit").iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-\d{4}\.zip", backup.name)
    there = audits_there()
    with database_at(f"sqlite:///{machine.path('/var/lib/practice-audit/audit.sqlite')}"):
        with db.engine.connect() as connection:
            assert contents(connection).migration == newest_migration()
        assert audits_there() == there
        db.session.remove()


def test_going_back_is_the_steps_with_the_version_before(machine: Machine) -> None:
    step = steps()
    done = machine.typed(step["back"], step["7"], step["9"])
    assert done.returncode == 0, done.stderr
    assert machine.path("/srv/practice-audit/current").readlink() == Path(f"versions/{BEFORE}")
    assert machine.journal()[0] == "systemctl stop practice-audit-timers.target"


def test_a_version_that_is_not_set_up_is_said_to_be_none(machine: Machine) -> None:
    refused = machine.typed("practice-audit --version 2031-01-01 db upgrade")
    assert refused.returncode == 1
    assert "No version is set up in" in refused.stderr


def test_what_the_owner_does_is_done_with_the_owners_address_and_nothing_else_is(
    machine: Machine,
) -> None:
    flask = machine.path("/srv/practice-audit/versions/2031-01-01/.venv/bin/flask")
    drill = flask.parents[2] / "scripts" / "drill"
    for program in (flask, drill):
        program.parent.mkdir(parents=True)
        program.write_text('#!/bin/sh\necho "$DATABASE_URL in $PWD: ${0##*/} $*"\n')
        program.chmod(0o755)
    machine.path("/etc/practice-audit/owner.env").write_text("DATABASE_URL=owner\n")
    for words, said in (
        ("db upgrade", "flask --app audit_app db upgrade"),
        ("restore '/a b.zip' --force", "flask --app audit_app restore /a b.zip --force"),
        ("database-rights audit_service", "flask --app audit_app database-rights audit_service"),
        ("drill upgrade /b.zip", "drill upgrade /b.zip"),
    ):
        done = machine.typed(f"practice-audit --version 2031-01-01 {words}")
        assert done.stdout == f"owner in {flask.parents[2]}: {said}\n", done.stderr
    done = machine.typed("practice-audit --version 2031-01-01 history head")
    assert done.stdout.startswith(f"sqlite:///{machine.folder}/var/lib/practice-audit/")
