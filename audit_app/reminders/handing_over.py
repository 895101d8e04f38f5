"""What may become of a message that is handed over to whoever delivers it.

A way of sending connects first, which shows whether anybody answers; then it hands one message
over. It returns when the message was taken. Everything else is one of these.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from audit_app.reminders.letters import Letter


class NotHandedOver(Exception):
    """Nobody answers, or nobody takes anything from us: nothing went out, and the rest waits too.

    Says why, in words that stand after "because".
    """


class PutOff(Exception):
    """This message is not taken now; it waits, and others may go."""


class Undeliverable(Exception):
    """This message cannot be delivered; others may go."""


class NotKnown(Exception):
    """The answer was lost after the message was handed over: it may or may not go out."""


class Found(StrEnum):
    """What whoever delivers says of a message when asked about it afterwards."""

    TAKEN = "taken"
    NEVER_CAME = "never came"
    UNDELIVERABLE = "undeliverable"
    CANNOT_SAY = "cannot say"


class HandingOver(Protocol):
    """One connection, for one message."""

    def hand_over(self, letter: Letter) -> None: ...


class Way(Protocol):
    """A way for messages to leave the service."""

    def connected(self) -> AbstractContextManager[HandingOver]:
        """Raises NotHandedOver when nobody answers."""
        ...

    def ask_about(self, reference: str, tried_at: datetime) -> Found:
        """What became of a message; raises NotHandedOver when nobody answers."""
        ...

    def undelivered(self) -> dict[str, datetime]:
        """References of messages that were taken and then could not be delivered, as far as known.

        Each with a moment shortly after it was taken: what was tried later is another try.
        """
        ...
