"""What is chosen to import a file."""

from __future__ import annotations

from wtforms import BooleanField, FileField, ValidationError

from audit_app.web.forms import PageForm


class ImportForm(PageForm):
    file = FileField("Choose a file")
    make = BooleanField("Make the services, localities, teams and people that are not known here")

    def validate_file(self, field: FileField) -> None:
        if not getattr(field.data, "filename", ""):
            raise ValidationError("Select a file")
