"""Settings from the environment, checked at start-up. Every setting has a default that works.

The README lists them all; a test keeps that list true.
"""

from __future__ import annotations

import re
import secrets
from datetime import date
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from werkzeug.sansio.utils import host_is_trusted

ROOT = Path(__file__).resolve().parent
INSTANCE = ROOT / "instance"
#: A name, and two parts of 36 characters.
_NOTIFY_KEY = re.compile(r"-[0-9a-f-]{36}-[0-9a-f-]{36}$")
NOTIFY = "https://api.notifications.service.gov.uk"
#: Where an issuer tells of itself.
DISCOVERY = "/.well-known/openid-configuration"
#: What Microsoft Entra ID calls the tenants that are not one council's own.
_EVERY_TENANT = {"common", "organizations", "consumers"}


class SettingsError(Exception):
    """A setting is wrong; the message says which and what to do, in plain English."""


class AskedOf(StrEnum):
    """Of whom a code is asked for after their password."""

    OFF = "off"
    OFFERED = "offered"
    ADMINISTRATORS = "administrators"
    EVERYONE = "everyone"


class Settings(BaseSettings):
    """Everything a council or its operator can set, by environment variables of the same name."""

    model_config = SettingsConfigDict(case_sensitive=False, extra="ignore", frozen=True)

    environment: Literal["demo", "production"] = Field(
        "demo", description="`production` insists on a secret key, HTTPS and trusted hosts"
    )
    secret_key: SecretStr | None = Field(
        None, description="signs forms; at least 32 characters; made for you in the demo"
    )
    secret_key_file: Path = Field(
        INSTANCE / "secret-key", description="where the key is read from when it is not given"
    )
    database_url: str = Field(
        f"sqlite:///{INSTANCE / 'audit.sqlite'}",
        description="SQLite, or `postgresql+psycopg://user:password@host/name`",
    )
    database_read_url: str | None = Field(
        None, description="a copy of the records, kept up by the database, to read figures from"
    )
    trusted_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        ("127.0.0.1", "localhost"), description="host names the service answers to, with commas"
    )
    https: bool = Field(False, description="whether people reach the service over HTTPS")
    proxy_hops: int = Field(0, ge=0, le=5, description="reverse proxies in front of the service")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        ("127.0.0.1", "::1"), description="addresses or networks the nearest proxy connects from"
    )
    log_format: Literal["json", "plain"] = Field(
        "json", description="`json` for machines, one object a line; `plain` for people"
    )
    council_name: str = Field("Manchester City Council", min_length=1, max_length=80)
    council_logo: Path | None = Field(None, description="an SVG or PNG file, for paper")
    council_colour: str = Field(
        "#00576d", pattern=r"^#[0-9a-fA-F]{6}$", description="brand colour, used at set-up"
    )
    council_font: str = Field(
        "Source Sans 3, Arial, sans-serif", description="font stack, used at set-up"
    )
    service_name: str = Field("Practice audit", min_length=1, max_length=60)
    support_contact: str = Field(
        "practice.audit@example.gov.uk", description="whom people ask for help"
    )
    marking: str = Field("OFFICIAL-SENSITIVE", description="handling marking on internal prints")
    session_idle_minutes: int = Field(30, ge=5, le=60)
    session_hours: int = Field(8, ge=1, le=12, description="longest time signed in")
    sign_in_tries: int = Field(10, ge=3, le=20, description="wrong passwords before locking")
    sign_in_lock_minutes: int = Field(15, ge=1, le=1440)
    second_step: AskedOf = Field(
        AskedOf.OFFERED,
        description="a code after the password, for those without a council account: `off`, "
        "`offered` to all, or required of `administrators` or `everyone`",
    )
    oidc_issuer: str | None = Field(
        None,
        description="the council's own sign-in (OpenID Connect): its issuer, or the address "
        "of its discovery document",
    )
    oidc_client_id: str | None = Field(None, min_length=1, description="goes with OIDC_ISSUER")
    oidc_client_secret: SecretStr | None = Field(None, description="goes with OIDC_ISSUER")
    oidc_name: str = Field(
        "Sign in with your council account", min_length=1, max_length=60, description="its button"
    )
    oidc_role_claim: str = Field("roles", min_length=1, description="where it says roles")
    oidc_roles: str | None = Field(None, description="its roles with ours: `Theirs=ours`, commas")
    oidc_trusted_email_claim: str | None = Field(
        None, description="where it says an e-mail address that nobody but the council can set"
    )
    local_accounts: bool = Field(True, description="whether people can sign in with a password")
    safeguarding_days: int = Field(
        1, ge=1, le=20, description="working days to record what was done about a concern"
    )
    inadequate_days: int = Field(
        5, ge=1, le=60, description="working days to record what was done about an Inadequate"
    )
    mass_viewing_cases: int = Field(
        40, ge=2, le=1000, description="different audits read in a short time that are told of"
    )
    mass_viewing_minutes: int = Field(60, ge=1, le=1440, description="how short that time is")
    small_base: int = Field(10, ge=0, description="below this many audits, counts and no percents")
    retention_years: int = Field(
        6, ge=0, le=100, description="whole years that audits are kept; 0 keeps them for ever"
    )
    retention_months: int = Field(
        12, ge=0, le=120, description="for drafts nobody finished, and messages; 0 for ever"
    )
    import_max_megabytes: int = Field(10, ge=1, le=100)
    import_max_rows: int = Field(20000, ge=1, le=200000)
    mail_by: Literal["off", "smtp", "notify"] = Field(
        "off", description="how messages leave the service; `off` shows them in it only"
    )
    mail_from: str | None = Field(
        None, pattern=r"^[^\s<>,;@]+@[^\s<>,;@]+$", description="whom e-mail by SMTP is from"
    )
    public_address: str | None = Field(
        None, description="where people open the service, for links in messages"
    )
    smtp_host: str | None = Field(None, description="the mail server")
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="how what is sent to the mail server is kept secret"
    )
    smtp_user: str | None = Field(None, description="for a mail server that asks who sends")
    smtp_password: SecretStr | None = Field(None, description="goes with SMTP_USER")
    notify_api_key: SecretStr | None = Field(None, description="of GOV.UK Notify")
    notify_template_id: str | None = Field(
        None, description="an e-mail template with ((subject)) and ((body))"
    )
    notify_url: str = Field(NOTIFY, description="where GOV.UK Notify answers")
    alert_prefix: str = Field("PA", pattern=r"^[A-Z]{1,6}$", description="as in PA 2026/04")
    security_contact: str = Field(
        "mailto:security@example.gov.uk",
        pattern=r"^(mailto:|https://|tel:)\S+$",
        description="security.txt",
    )
    security_expires: date = Field(date(2027, 6, 30), description="security.txt")
    dpo_contact: str | None = Field(
        None, max_length=120, description="how to reach the data protection officer"
    )
    privacy_notice: str | None = Field(
        None,
        pattern=r"^https?://[^\s\"<>]+$",
        description="where the council's own privacy notice for this work is",
    )
    accessibility_tested_on: date = Field(
        date(2026, 11, 22), description="printed in the accessibility statement"
    )

    @field_validator("trusted_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(host.strip() for host in value.split(",") if host.strip())
        return value

    @field_validator("trusted_proxies", mode="after")
    @classmethod
    def _proxies_are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            try:
                ip_network(each, strict=False)
            except ValueError:
                raise ValueError(f"{each} is no address, such as 10.0.0.4 or 10.0.0.0/24") from None
        return value

    @field_validator("database_url", "database_read_url", mode="after")
    @classmethod
    def _database_is_of_a_known_kind(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            # The address holds a password, so it is not said again.
            url = None
        if url is None or url.drivername not in ("sqlite", "postgresql+psycopg"):
            raise ValueError(
                "write it as sqlite:////folder/name.sqlite or "
                "postgresql+psycopg://user:password@host/name"
            )
        return value

    @model_validator(mode="after")
    def _copy_is_of_the_same_kind(self) -> Settings:
        if self.database_read_url is None:
            return self
        records, copy = make_url(self.database_url), make_url(self.database_read_url)
        if records.drivername != copy.drivername:
            raise ValueError("DATABASE_READ_URL must be of the same kind as DATABASE_URL")
        if records == copy:
            raise ValueError("DATABASE_READ_URL must be another database than DATABASE_URL")
        if not copy.database or copy.database == ":memory:" or copy.query.get("uri"):
            raise ValueError("DATABASE_READ_URL must name a database, and a file by its path")
        return self

    @field_validator("council_logo", mode="after")
    @classmethod
    def _logo_is_there(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file at {value}")
        return value

    @model_validator(mode="after")
    def _production_is_safe(self) -> Settings:
        if self.secret_key is not None and len(self.secret_key.get_secret_value()) < 32:
            raise ValueError("SECRET_KEY must be at least 32 characters")
        if self.environment == "production":
            if self.secret_key is None and not self.secret_key_file.is_file():
                raise ValueError("set SECRET_KEY, or put a key in the file SECRET_KEY_FILE names")
            if not self.https:
                raise ValueError("set HTTPS=true: sign-in is not safe without it")
            if "trusted_hosts" not in self.model_fields_set:
                raise ValueError("set TRUSTED_HOSTS to the host names people use")
        return self

    @field_validator("oidc_issuer", mode="after")
    @classmethod
    def _issuer_is_one_council(cls, value: str | None) -> str | None:
        if value is None:
            return None
        issuer = value.removesuffix(DISCOVERY)
        parts = urlsplit(issuer)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise ValueError("write it whole, such as https://login.council.gov.uk/realms/staff")
        if parts.query or parts.fragment:
            raise ValueError("write it without a question mark or a hash sign")
        if _EVERY_TENANT & set(parts.path.split("/")):
            raise ValueError("name your own tenant: this one lets in people of any organisation")
        return issuer

    @field_validator("oidc_roles", mode="after")
    @classmethod
    def _roles_are_ours(cls, value: str | None) -> str | None:
        # The service reads its settings before it knows its rules.
        from audit_app.rules.council_roles import read_mapping  # noqa: PLC0415

        read_mapping(value or "")
        return value

    @model_validator(mode="after")
    def _council_sign_in_is_whole(self) -> Settings:
        needed = ("oidc_issuer", "oidc_client_id", "oidc_client_secret")
        missing = [name.upper() for name in needed if not getattr(self, name)]
        if missing and len(missing) < len(needed):
            raise ValueError(f"sign-in by the council also needs {' and '.join(missing)}")
        if missing and (self.oidc_roles or not self.local_accounts):
            what = "LOCAL_ACCOUNTS=off" if not self.local_accounts else "OIDC_ROLES"
            raise ValueError(f"{what} needs {', '.join(missing)}")
        issuer = urlsplit(self.oidc_issuer or "")
        if issuer.scheme == "http" and (self.environment == "production" or not _is_here(issuer)):
            raise ValueError("OIDC_ISSUER must begin with https://")
        return self

    @field_validator("public_address", mode="after")
    @classmethod
    def _address_is_whole(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("write it whole, such as https://audit.council.gov.uk")
        if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValueError("write only the scheme and the host, without a path")
        return f"{parts.scheme}://{parts.netloc}"

    @model_validator(mode="after")
    def _mail_has_what_it_needs(self) -> Settings:
        needed = {
            "off": (),
            "smtp": ("public_address", "smtp_host", "mail_from"),
            "notify": ("public_address", "notify_api_key", "notify_template_id"),
        }[self.mail_by]
        missing = [name.upper() for name in needed if not getattr(self, name)]
        if missing:
            raise ValueError(f"MAIL_BY={self.mail_by} needs {' and '.join(missing)}")
        key = self.notify_api_key.get_secret_value() if self.notify_api_key else None
        if key is not None and not _NOTIFY_KEY.search(key):
            raise ValueError("NOTIFY_API_KEY must be the whole key, as GOV.UK Notify shows it once")
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("set both SMTP_USER and SMTP_PASSWORD, or neither")
        if self.smtp_user is not None and self.smtp_security == "none":
            raise ValueError("SMTP_SECURITY=none would send SMTP_PASSWORD in clear")
        return self

    @model_validator(mode="after")
    def _links_lead_here(self) -> Settings:
        if self.public_address is None:
            return self
        parts = urlsplit(self.public_address)
        if not host_is_trusted(parts.netloc, self.trusted_hosts):
            raise ValueError("PUBLIC_ADDRESS is at a host that is not one of TRUSTED_HOSTS")
        if self.https and parts.scheme != "https":
            raise ValueError("PUBLIC_ADDRESS must begin with https:// where HTTPS=true")
        return self

    @property
    def council_sign_in(self) -> bool:
        """Whether people can sign in with their council account."""
        return self.oidc_issuer is not None

    @property
    def demo(self) -> bool:
        return self.environment == "demo"

    @property
    def printed_marking(self) -> str:
        """What every print and file is marked with; in the demo, that it is all made up."""
        return "Demonstration: made-up data" if self.demo else self.marking

    def signing_key(self) -> str:
        """The secret key: as given, else from its file; the demo makes the file once."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        if not self.secret_key_file.is_file():
            self.secret_key_file.parent.mkdir(parents=True, exist_ok=True)
            self.secret_key_file.touch(mode=0o600)
            self.secret_key_file.write_text(secrets.token_urlsafe(48))
        key = self.secret_key_file.read_text().strip()
        if len(key) < 32:
            raise SettingsError(
                f"The secret key in {self.secret_key_file} must be at least 32 characters."
            )
        return key


def read_settings() -> Settings:
    """Read and check the settings.

    Raises:
        SettingsError: when one is wrong, naming each and saying what is wrong with it.
    """
    try:
        return Settings()
    except ValidationError as problem:
        lines = [_plain(error["loc"], error["msg"]) for error in problem.errors()]
        raise SettingsError("The service cannot start:\n  " + "\n  ".join(lines)) from None


def _is_here(address: SplitResult) -> bool:
    """Whether it is an address of this very machine, and nothing on the way can read along."""
    return address.hostname in ("127.0.0.1", "localhost", "::1")


def _plain(location: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ")
    return f"{str(location[0]).upper()}: {said}" if location else said
