"""What every table shares: named constraints, enums stored as words, opaque references."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Enum, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Letters and digits that cannot be mistaken for each other when read out over the telephone.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class Base(DeclarativeBase):
    """Every constraint has a name, so that a migration can find it again on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: DateTime(timezone=True)}


def words(vocabulary: type[StrEnum], name: str) -> Enum:
    """A column type holding a closed vocabulary by its values, checked by the database."""
    return Enum(
        vocabulary,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=30,
        values_callable=lambda members: [member.value for member in members],
    )


def now() -> datetime:
    """The time as every row stores it: UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The day it is where the council is, whatever the server's clock is set to."""
    return datetime.now(ZoneInfo("Europe/London")).date()


def new_reference() -> str:
    """A random reference that says nothing about the record, safe in an address: ``K7QM-2XVD``."""
    letters = [secrets.choice(_ALPHABET) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])


class Referenced:
    """Known in addresses and by people through an opaque reference, never its row number."""

    reference: Mapped[str] = mapped_column(String(9), unique=True, default=new_reference)


class Named:
    """Has a name people know it by, and can be taken out of use without being lost."""

    name: Mapped[str] = mapped_column(String(80), unique=True)
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return self.name


JsonObject = dict[str, Any]
