"""A password or a code that somebody typed is printed on no page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from sqlalchemy.exc import OperationalError
from wtforms import PasswordField

from audit_app.account import own_changes
from audit_app.web.openings import is_secret
from tests.browser_page import PageClient
from tests.people import PASSWORD, World

pytestmark = pytest.mark.sqlite_only


def _forms(of: type[FlaskForm] = FlaskForm) -> Iterator[type[FlaskForm]]:
    for each in of.__subclasses__():
        yield each
        yield from _forms(each)


def test_every_field_for_a_password_is_known_as_secret_by_its_name(app: Flask) -> None:
    with app.test_request_context():
        names = {
            name
            for form in _forms()
            for name in dir(form)
            if getattr(getattr(form, name), "field_class", None) is PasswordField
        }
    assert {"password", "current_password", "new_password"} <= names
    assert [name for name in names | {"code"} if not is_secret(name)] == []


def test_a_page_that_breaks_shows_no_password(
    app: Flask, web: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise OperationalError("", {}, Exception("away"))

    web.sign_in(world.alice)
    page, new = web.get("/account/password"), "seven brave teapots sang"
    monkeypatch.setattr(own_changes, "change_password", breaks)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    typed = page.fields() | {"current_password": PASSWORD, "new_password": new, "why": new * 2}
    shown = web.request("POST", "/account/password", typed)
    assert shown.status_code == 500
    assert PASSWORD not in shown.text
    assert shown.text.count(new) == 2
