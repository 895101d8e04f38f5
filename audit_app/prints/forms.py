"""What is given to find out whether a file is one that was made here."""

from __future__ import annotations

from wtforms import FileField, StringField, ValidationError
from wtforms.validators import Length

from audit_app.prints.queries import read_checksum
from audit_app.web.forms import PageForm

LONGEST = 200


class CheckForm(PageForm):
    file = FileField("Choose the file")
    checksum = StringField(
        "Or its SHA-256 checksum",
        description="64 letters and digits, as a program that reads checksums gives it",
        validators=[Length(max=LONGEST, message=f"A checksum is shorter than {LONGEST} letters")],
    )

    @property
    def has_file(self) -> bool:
        return bool(getattr(self.file.data, "filename", ""))

    def validate_checksum(self, field: StringField) -> None:
        if self.has_file:
            return
        if not (field.data or "").strip():
            raise ValidationError("Choose a file, or paste its checksum")
        if read_checksum(field.data) is None:
            raise ValidationError("A SHA-256 checksum has 64 digits and letters from a to f")
