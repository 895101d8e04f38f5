"""Settings: wrong ones stop the service with a plain sentence, and the README lists them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import ROOT, Settings, SettingsError, read_settings


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("COUNCIL_COLOUR", "teal", "COUNCIL_COLOUR"),
        ("SESSION_IDLE_MINUTES", "soon", "SESSION_IDLE_MINUTES"),
        ("SECRET_KEY", "short", "at least 32 characters"),
        ("ENVIRONMENT", "staging", "ENVIRONMENT"),
        ("COUNCIL_LOGO", "/nowhere/logo.svg", "there is no file at /nowhere/logo.svg"),
    ],
)
def test_a_wrong_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"DATABASE_URL": "mysql://host/name"}, "DATABASE_URL: write it as"),
        ({"DATABASE_READ_URL": "the copy"}, "DATABASE_READ_URL: write it as"),
        ({"DATABASE_READ_URL": ""}, "DATABASE_READ_URL: write it as"),
        ({"DATABASE_READ_URL": "postgresql://host/name"}, "DATABASE_READ_URL: write it as"),
        ({"DATABASE_READ_URL": "postgresql+psycopg://host/name"}, "of the same kind"),
        ({"DATABASE_READ_URL": "sqlite://"}, "must name a database"),
        (
            {"DATABASE_URL": "sqlite:////srv/a", "DATABASE_READ_URL": "sqlite:////srv/a"},
            "another database",
        ),
    ],
)
def test_a_database_that_cannot_be_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert said in str(refused.value)


def test_a_database_that_is_wrong_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_READ_URL", "postgres://audit:opensesame@host:port/name")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert "opensesame" not in str(refused.value)


_MAIL = {
    "MAIL_BY": "smtp",
    "MAIL_FROM": "audit@example.gov.uk",
    "PUBLIC_ADDRESS": "https://localhost",
    "SMTP_HOST": "mail.example.gov.uk",
}
_NOTIFY = {
    "MAIL_BY": "notify",
    "PUBLIC_ADDRESS": "https://localhost",
    "NOTIFY_API_KEY": "audit" + "-11111111-2222-3333-4444-555555555555" * 2,
    "NOTIFY_TEMPLATE_ID": "t",
}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (_MAIL | {"PUBLIC_ADDRESS": ""}, "PUBLIC_ADDRESS"),
        (_MAIL | {"SMTP_HOST": ""}, "MAIL_BY=smtp needs SMTP_HOST"),
        (_MAIL | {"MAIL_FROM": ""}, "MAIL_FROM"),
        (_MAIL | {"MAIL_FROM": "audit@example.gov.uk\nBcc: eve@example.com"}, "MAIL_FROM"),
        (_MAIL | {"SMTP_USER": "audit"}, "both SMTP_USER and SMTP_PASSWORD"),
        (
            _MAIL | {"SMTP_USER": "audit", "SMTP_PASSWORD": "p", "SMTP_SECURITY": "none"},
            "in clear",
        ),
        (_MAIL | {"PUBLIC_ADDRESS": "localhost"}, "write it whole"),
        (_MAIL | {"PUBLIC_ADDRESS": "https://localhost/audit"}, "without a path"),
        (_MAIL | {"PUBLIC_ADDRESS": "https://elsewhere.example"}, "TRUSTED_HOSTS"),
        (_MAIL | {"PUBLIC_ADDRESS": "http://localhost", "HTTPS": "true"}, "https://"),
        (_NOTIFY | {"NOTIFY_API_KEY": ""}, "MAIL_BY=notify needs NOTIFY_API_KEY"),
        (_NOTIFY | {"NOTIFY_TEMPLATE_ID": ""}, "MAIL_BY=notify needs NOTIFY_TEMPLATE_ID"),
        (_NOTIFY | {"NOTIFY_API_KEY": "short"}, "NOTIFY_API_KEY"),
        ({"MAIL_BY": "pigeon"}, "MAIL_BY"),
    ],
)
def test_mail_without_what_it_needs_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert said in str(refused.value)


@pytest.mark.parametrize("given", [_MAIL, _NOTIFY])
def test_mail_with_what_it_needs_is_taken(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert read_settings().mail_by == given["MAIL_BY"]


def test_production_insists_on_a_key_https_and_host_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        read_settings()
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    with pytest.raises(SettingsError, match="HTTPS"):
        read_settings()
    monkeypatch.setenv("HTTPS", "true")
    with pytest.raises(SettingsError, match="TRUSTED_HOSTS"):
        read_settings()
    monkeypatch.setenv("TRUSTED_HOSTS", "audit.example.gov.uk, audit2.example.gov.uk")
    assert read_settings().trusted_hosts == ("audit.example.gov.uk", "audit2.example.gov.uk")


def test_the_demo_makes_itself_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    settings = Settings(secret_key_file=tmp_path / "instance" / "key")
    key = settings.signing_key()
    assert len(key) >= 32
    assert settings.signing_key() == key
    assert (tmp_path / "instance" / "key").stat().st_mode & 0o077 == 0


def test_the_readme_lists_every_setting_with_its_default() -> None:
    rows = {
        cells[1].strip("` "): cells[2].strip("` ")
        for line in (ROOT / "README.md").read_text().splitlines()
        if len(cells := line.split("|")) == 5
    }
    told = {name: rows.get(name.upper()) for name in Settings.model_fields}
    assert told == {name: _said(field.default) for name, field in Settings.model_fields.items()}


def _said(default: object) -> str:
    """A default as the README says it: paths from the folder of the project, hosts with commas."""
    if default is None:
        return "none"
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return ",".join(default)
    if str(default).startswith("sqlite"):
        return "SQLite in `instance/"
    return str(default).replace(f"{ROOT}/", "")


def test_prints_of_the_demo_say_that_everything_is_made_up() -> None:
    assert "made-up" in Settings().printed_marking
    made = Settings.model_construct(environment="production", marking="OFFICIAL")
    assert made.printed_marking == "OFFICIAL"
