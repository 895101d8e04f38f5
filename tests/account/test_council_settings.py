"""Settings of the council's sign-in: wrong ones stop the service with a plain sentence."""

from __future__ import annotations

import pytest

from config import SettingsError, read_settings

_ENTRA = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0"
_COUNCIL = {
    "OIDC_ISSUER": _ENTRA,
    "OIDC_CLIENT_ID": "practice-audit",
    "OIDC_CLIENT_SECRET": "s3cret-of-the-council",
}
_PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "k" * 40,
    "HTTPS": "true",
    "TRUSTED_HOSTS": "audit.example.gov.uk",
}


def _set(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (_COUNCIL | {"OIDC_ISSUER": ""}, "OIDC_ISSUER: write it whole"),
        (_COUNCIL | {"OIDC_ISSUER": "login.council.gov.uk"}, "OIDC_ISSUER: write it whole"),
        (_COUNCIL | {"OIDC_ISSUER": "https://me:pw@council.gov.uk"}, "OIDC_ISSUER: write it whole"),
        (_COUNCIL | {"OIDC_ISSUER": f"{_ENTRA}?p=1"}, "without a question mark"),
        (
            _COUNCIL | {"OIDC_ISSUER": "https://login.microsoftonline.com/common/v2.0"},
            "any organisation",
        ),
        (_COUNCIL | {"OIDC_ISSUER": "http://login.council.gov.uk"}, "begin with https://"),
        (_COUNCIL | {"OIDC_CLIENT_SECRET": ""}, "also needs OIDC_CLIENT_SECRET"),
        ({"OIDC_CLIENT_ID": "practice-audit"}, "also needs OIDC_ISSUER and OIDC_CLIENT_SECRET"),
        ({"OIDC_ROLES": "Audit.Leads=practice_lead"}, "OIDC_ROLES needs OIDC_ISSUER"),
        ({"LOCAL_ACCOUNTS": "off"}, "LOCAL_ACCOUNTS=off needs OIDC_ISSUER"),
        (_COUNCIL | {"OIDC_ROLES": "Audit.Leads=leader"}, "OIDC_ROLES: there is no role leader"),
        (_COUNCIL | {"OIDC_ROLES": "A=inspector"}, "OIDC_ROLES: the role inspector cannot"),
        (_COUNCIL | _PRODUCTION | {"OIDC_ISSUER": "http://127.0.0.1:9"}, "begin with https://"),
    ],
)
def test_a_council_sign_in_that_cannot_be_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    _set(monkeypatch, given)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert said in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_the_address_of_the_discovery_document_stands_for_the_issuer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    discovery = f"{_ENTRA}/.well-known/openid-configuration"
    _set(monkeypatch, _COUNCIL | _PRODUCTION | {"OIDC_ISSUER": discovery, "LOCAL_ACCOUNTS": "off"})
    settings = read_settings()
    assert settings.oidc_issuer == _ENTRA
    assert not settings.local_accounts


def test_on_this_machine_the_council_needs_no_https_to_be_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _set(monkeypatch, _COUNCIL | {"OIDC_ISSUER": "http://127.0.0.1:9"})
    assert read_settings().council_sign_in
