"""The tables, one file for each noun. Importing this package makes every table known."""

from audit_app.models.account import OnceToken, SignInTries, StoredSession
from audit_app.models.action import Action
from audit_app.models.alert import Alert, AlertKind, AlertRequirement
from audit_app.models.audit import Audit
from audit_app.models.base import Base
from audit_app.models.finding import Finding
from audit_app.models.framework import Descriptor, Thread, ThreadSet
from audit_app.models.history import HistoryEvent, remember
from audit_app.models.judging import JudgementRow, Moderation, Stage
from audit_app.models.oversight import OversightStatement
from audit_app.models.people import Locality, RoleGrant, Service, Team, User
from audit_app.models.section import SavedSection

__all__ = [
    "Action",
    "Alert",
    "AlertKind",
    "AlertRequirement",
    "Audit",
    "Base",
    "Descriptor",
    "Finding",
    "HistoryEvent",
    "JudgementRow",
    "Locality",
    "Moderation",
    "OnceToken",
    "OversightStatement",
    "RoleGrant",
    "SavedSection",
    "Service",
    "SignInTries",
    "Stage",
    "StoredSession",
    "Team",
    "Thread",
    "ThreadSet",
    "User",
    "remember",
]
