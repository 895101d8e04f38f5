"""What history says was done, in the words it is written down in, and of what kind each is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlencode

from audit_app.rules.permissions import ROLE_REACH, Reach, Role


class Reading(StrEnum):
    """How somebody read what an audit says, as history names it."""

    AUDIT = "read"
    STORY = "read its story"
    SUBMITTED = "read it as it was submitted"
    MODERATING = "read it in moderation"
    ACTION = "read an action of it"
    ESCALATION = "read an escalation of it"
    REFLECTION = "read what was reflected on it"
    EXERCISE = "read it in an exercise"


class Refusal(StrEnum):
    """Why somebody was not let to what they asked for, as history names it."""

    NO_ACCESS = "refused: not their role"
    NOT_FOUND = "refused: not found"
    NOT_ALLOWED = "refused: not allowed"
    #: Written down once for all that followed within the minute.
    MANY = "refused: many more in a minute"


SEARCHED_WORDS = "searched for words"
SEARCHED_CASE = "looked for a case"
#: What history says of an audit that a search showed some text of, or named.
SHOWN_WORDS = "was shown words of it"
FOUND_BY_CASE = "found by its case"
#: Texts of many records, on one page of a list.
LISTED = "read a list of texts"
PRINTED = "printed"
EXPORTED = "exported"
#: After it was said to be exported: less than the whole of the file was sent.
NOT_WHOLE = "export broke off"
LOOKED_AT_HISTORY = "looked at history"
SEALED = "sealed what an older version wrote"
PUT_BACK = "put back a backup"
#: After a backup was put back: nothing is disposed of before somebody has.
CONFIRMED_HOLDS = "confirmed the holds"
#: What was written after a backup was made, put into it as it was put back.
CARRIED_OVER = "carried over"
#: What history says of each record that went when its time was up.
DISPOSED_OF = ("disposed of", "disposed of the list")

#: Readings of one audit, and prints of it: what mass viewing is counted in.
VIEWINGS = (*Reading, PRINTED)
#: What lists of texts are read or taken out as, by the type of record in history.
LISTS = ("action board", "actions without effect", "action sample", "good practice")
#: What widens who reads what is written of a case, done by somebody who administers: a role that
#: reads cases, and what lets one person come in as another.
OPENED_UP = (
    "gave access",
    *(f"gave role {role.value}" for role in Role if ROLE_REACH[role] is not Reach.NOBODY),
    "set a password",
    "took second step away",
    "awaits council account",
)


#: What is no part of an audit's story: who read it, found it or was refused it, and that somebody
#: asked for what is held about them, is for those who look after information, not for everybody who
#: may read the audit. Of one that was disposed of no story is left.
NOT_TOLD = (*Reading, FOUND_BY_CASE, *Refusal, "exported for subject access", *DISPOSED_OF)


class Kind(StrEnum):
    """A kind of thing done. Whatever is none of the others changed something."""

    CHANGED = "changed"
    OPENED_UP = "opened-up"
    READ = "read"
    SEARCHED = "searched"
    PRINTED = "printed"
    EXPORTED = "exported"
    REFUSED = "refused"
    SIGNED_IN = "signed-in"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def verbs(self) -> tuple[str, ...]:
        """What history says of things of this kind; nothing for changes, which are all others."""
        return _VERBS.get(self, ())


_LABELS = {
    Kind.CHANGED: "Changes",
    Kind.OPENED_UP: "Roles, passwords and second steps",
    Kind.READ: "Readings",
    Kind.SEARCHED: "Searches",
    Kind.PRINTED: "Prints",
    Kind.EXPORTED: "Exports",
    Kind.REFUSED: "Refusals",
    Kind.SIGNED_IN: "Signing in and out",
}
_VERBS: dict[Kind, tuple[str, ...]] = {
    Kind.OPENED_UP: OPENED_UP,
    Kind.READ: (
        *Reading,
        LISTED,
        LOOKED_AT_HISTORY,
        "looked up",
        "opened how they judge",
        "was shown its judgements and actions",
        "was shown the last audit of the case",
    ),
    Kind.SEARCHED: (SEARCHED_WORDS, SHOWN_WORDS, SEARCHED_CASE, FOUND_BY_CASE),
    Kind.PRINTED: (PRINTED,),
    Kind.EXPORTED: (
        EXPORTED,
        NOT_WHOLE,
        "exported for subject access",
        "made a backup",
        "shared for publication",
    ),
    Kind.REFUSED: (*Refusal, "password refused", "sign-in refused", "token refused"),
    Kind.SIGNED_IN: ("signed in", "signed out", "read by a token"),
}
_KINDS = {verb: kind for kind, verbs in _VERBS.items() for verb in verbs}
#: Of every kind but changes.
NO_CHANGES = tuple(_KINDS)


def kind_of(verb: str) -> Kind:
    """What kind of thing was done."""
    return _KINDS.get(verb, Kind.CHANGED)


def list_said(records: int, narrowed: Mapping[str, object]) -> str:
    """What history says of a list of texts: how many it showed, then what it was narrowed to."""
    return f"{records}: {urlencode(narrowed) or 'all'}"


def records_listed(said: str) -> int:
    """How many records a list showed, from what history says of it; 0 where it does not say."""
    count, colon, _ = said.partition(": ")
    return int(count) if colon and count.isascii() and count.isdigit() else 0


#: What is not said in the words it is written down in, by those and the type of record.
_SAID = {
    (CARRIED_OVER, "disposal certificate"): "carried over the certificate to a backup put back",
    (CARRIED_OVER, "legal hold"): "carried over the hold to a backup put back",
    (CONFIRMED_HOLDS, "backup"): "confirmed that the holds are complete since it was put back",
    ("disposed", "disposal certificate"): "certified what was disposed of",
    ("disposed of", "audit"): "disposed of, as its time was up",
    ("disposed of the list", "programme cycle"): "disposed of its list of open cases",
    ("exported", "subject access"): "exported all that is held about a case, for its subject",
    ("exported for subject access", "audit"): "exported, for the subject of its case",
    ("lifted", "legal hold"): "lifted the hold on a case",
    ("placed", "legal hold"): "placed a hold on a case",
    **{(f"gave role {role.value}", "user"): f"gave the role {role.label}" for role in Role},
    **{(f"took role {role.value}", "user"): f"took the role {role.label}" for role in Role},
    **{
        (f"council {did} role {role.value}", "user"): f"{did} the role {role.label}, as the "
        "council’s sign-in says"
        for role in Role
        for did in ("gave", "took")
    },
}


def said_of(verb: str, record_type: str) -> str:
    """What was done, in words for people."""
    return _SAID.get((verb, record_type), verb)
