"""The tables, one file for each noun. Importing this package makes every table known."""

from audit_app.models.account import OnceToken, SecondStep, SignInTries, StoredSession, WayIn
from audit_app.models.action import Action, ActionEntry, ActionRecheck, ActionSample
from audit_app.models.alert import (
    Alert,
    AlertAcknowledgement,
    AlertAudience,
    AlertKind,
    AlertReading,
    AlertRequirement,
    AudienceKind,
)
from audit_app.models.appending import ONLY_ADDED
from audit_app.models.audit import Audit
from audit_app.models.base import Base
from audit_app.models.calibration import Calibration, CalibrationJudgement, CalibrationPlace
from audit_app.models.clock import start_clock
from audit_app.models.disposal import DisposalCertificate, LegalHold
from audit_app.models.escalation import (
    EntryKind,
    Escalation,
    EscalationCause,
    EscalationEntry,
)
from audit_app.models.finding import Finding
from audit_app.models.framework import Descriptor, Thread, ThreadSet
from audit_app.models.held import HeldFile
from audit_app.models.historic import HistoricFigures
from audit_app.models.history import HistoryEvent, HistorySeal, remember, remember_each
from audit_app.models.judging import JudgementRow, Moderation, Stage
from audit_app.models.message import Message, MessageKind, MessageState
from audit_app.models.moderating import (
    EvidenceRequest,
    ModerationAnswer,
    ModerationCycle,
    ModerationDraw,
    Resolution,
    Submission,
)
from audit_app.models.oversight import OversightStatement
from audit_app.models.passage import Passage, keep_passages
from audit_app.models.people import Locality, RecordingWay, RoleGrant, Service, Team, User
from audit_app.models.programme import (
    Absence,
    Allocation,
    AllocationRequest,
    CaseList,
    DeclaredStake,
    EndedExemption,
    OpenCase,
    ProgrammeCycle,
    ProgrammeTarget,
)
from audit_app.models.published import DocumentKind, Print, PublishedDocument
from audit_app.models.reflection import Reflection
from audit_app.models.section import SavedSection
from audit_app.models.sharing import AccessToken, SavedView
from audit_app.models.summary import Summary, SummaryBatch, SummaryBatchPart
from audit_app.models.tally import (
    Chosen,
    ModerationTally,
    ModerationWait,
    PlaceKind,
    Tally,
    TallyStamp,
)
from audit_app.models.theme import Theme
from audit_app.models.typed import KeptForm, PersonalDataReason

__all__ = [
    "ONLY_ADDED",
    "Absence",
    "AccessToken",
    "Action",
    "ActionEntry",
    "ActionRecheck",
    "ActionSample",
    "Alert",
    "AlertAcknowledgement",
    "AlertAudience",
    "AlertKind",
    "AlertReading",
    "AlertRequirement",
    "Allocation",
    "AllocationRequest",
    "AudienceKind",
    "Audit",
    "Base",
    "Calibration",
    "CalibrationJudgement",
    "CalibrationPlace",
    "CaseList",
    "Chosen",
    "DeclaredStake",
    "Descriptor",
    "DisposalCertificate",
    "DocumentKind",
    "EndedExemption",
    "EntryKind",
    "Escalation",
    "EscalationCause",
    "EscalationEntry",
    "EvidenceRequest",
    "Finding",
    "HeldFile",
    "HistoricFigures",
    "HistoryEvent",
    "HistorySeal",
    "JudgementRow",
    "KeptForm",
    "LegalHold",
    "Locality",
    "Message",
    "MessageKind",
    "MessageState",
    "Moderation",
    "ModerationAnswer",
    "ModerationCycle",
    "ModerationDraw",
    "ModerationTally",
    "ModerationWait",
    "OnceToken",
    "OpenCase",
    "OversightStatement",
    "Passage",
    "PersonalDataReason",
    "PlaceKind",
    "Print",
    "ProgrammeCycle",
    "ProgrammeTarget",
    "PublishedDocument",
    "RecordingWay",
    "Reflection",
    "Resolution",
    "RoleGrant",
    "SavedSection",
    "SavedView",
    "SecondStep",
    "Service",
    "SignInTries",
    "Stage",
    "StoredSession",
    "Submission",
    "Summary",
    "SummaryBatch",
    "SummaryBatchPart",
    "Tally",
    "TallyStamp",
    "Team",
    "Theme",
    "Thread",
    "ThreadSet",
    "User",
    "WayIn",
    "keep_passages",
    "remember",
    "remember_each",
    "start_clock",
]
