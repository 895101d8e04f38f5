"""What people may do: the verbs, which role holds them, and how far each role reaches."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    TEAM_MANAGER = "team_manager"
    MODERATOR = "moderator"
    HEAD_OF_SERVICE = "head_of_service"
    PRACTICE_LEAD = "practice_lead"
    DCS_OFFICE = "dcs_office"
    PRACTITIONER = "practitioner"
    ADMINISTRATOR = "administrator"
    INFORMATION_GOVERNANCE = "information_governance"
    INSPECTOR = "inspector"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.TEAM_MANAGER: "Team manager",
    Role.MODERATOR: "Moderator",
    Role.HEAD_OF_SERVICE: "Head of service",
    Role.PRACTICE_LEAD: "Practice development lead",
    Role.DCS_OFFICE: "DCS office",
    Role.PRACTITIONER: "Practitioner",
    Role.ADMINISTRATOR: "Administrator",
    Role.INFORMATION_GOVERNANCE: "Information governance",
    Role.INSPECTOR: "Inspector",
}


class Permission(StrEnum):
    """A verb a person can hold, written ``thing:verb``."""

    ACTION_MANAGE = "action:manage"
    ACTION_NOTE = "action:note"
    ACTION_RAISE = "action:raise"
    ACTION_READ = "action:read"
    ACTION_SAMPLE = "action:sample"
    ACTION_VERIFY = "action:verify"
    ACTION_WORK = "action:work"
    ALERT_ACKNOWLEDGE = "alert:acknowledge"
    ALERT_APPROVE = "alert:approve"
    ALERT_CONFIRM = "alert:confirm"
    ALERT_FOLLOW = "alert:follow"
    ALERT_READ = "alert:read"
    ALERT_WRITE = "alert:write"
    ALLOCATION_READ = "allocation:read"
    AUDIT_IMPORT = "audit:import"
    AUDIT_MODERATE = "audit:moderate"
    AUDIT_READ = "audit:read"
    AUDIT_RECORD = "audit:record"
    AUDIT_RESOLVE = "audit:resolve"
    CALIBRATE = "calibration:judge"
    ESCALATION_ANSWER = "escalation:answer"
    ESCALATION_NOTE = "escalation:note"
    ESCALATION_READ = "escalation:read"
    ESCALATION_REOPEN = "escalation:reopen"
    FRAMEWORK_MANAGE = "framework:manage"
    FRAMEWORK_READ = "framework:read"
    DISPOSAL_READ = "disposal:read"
    HISTORIC_MANAGE = "historic:manage"
    HISTORY_READ = "history:read"
    HOLD_MANAGE = "hold:manage"
    HOME_READ = "home:read"
    INSIGHT_KEEP = "insight:keep"
    INSIGHT_READ = "insight:read"
    JUDGING_READ = "judging:read"
    MESSAGE_MANAGE = "message:manage"
    MODERATION_MANAGE = "moderation:manage"
    MODERATION_READ = "moderation:read"
    PEOPLE_MANAGE = "people:manage"
    PRACTICE_READ = "practice:read"
    PROGRAMME_APPROVE = "programme:approve"
    PROGRAMME_MANAGE = "programme:manage"
    PROGRAMME_READ = "programme:read"
    PRINT_READ = "print:read"
    SUMMARY_READ = "summary:read"
    SUMMARY_SIGN = "summary:sign"
    SUMMARY_START = "summary:start"
    SUMMARY_WRITE = "summary:write"
    THEME_MANAGE = "theme:manage"
    WORK_ACKNOWLEDGE = "work:acknowledge"
    WORK_REFLECT = "work:reflect"


class Reach(StrEnum):
    """Whose audits a role may read once they are submitted; drafts are their auditor's alone."""

    NOBODY = "nobody"
    OWN_WORK = "own_work"
    TEAM = "team"
    GRANTED_SERVICE = "granted_service"
    AUTHORITY = "authority"


_LOOKING_ON = frozenset({Permission.HOME_READ, Permission.ALERT_READ, Permission.FRAMEWORK_READ})
_EVERYONE = _LOOKING_ON | {Permission.ALERT_CONFIRM}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.TEAM_MANAGER: _EVERYONE
    | {
        Permission.PRACTICE_READ,
        Permission.ALERT_ACKNOWLEDGE,
        Permission.ACTION_MANAGE,
        Permission.ACTION_RAISE,
        Permission.ACTION_NOTE,
        Permission.ACTION_READ,
        Permission.ACTION_VERIFY,
        Permission.ACTION_WORK,
        Permission.ALLOCATION_READ,
        Permission.AUDIT_RECORD,
        Permission.AUDIT_READ,
        Permission.CALIBRATE,
        Permission.ESCALATION_NOTE,
        Permission.ESCALATION_READ,
        Permission.WORK_ACKNOWLEDGE,
    },
    Role.MODERATOR: _EVERYONE
    | {
        Permission.PRACTICE_READ,
        Permission.SUMMARY_READ,
        Permission.ACTION_RAISE,
        Permission.ACTION_NOTE,
        Permission.ACTION_READ,
        Permission.ACTION_VERIFY,
        Permission.ACTION_WORK,
        Permission.AUDIT_READ,
        Permission.AUDIT_MODERATE,
        Permission.AUDIT_RESOLVE,
        Permission.CALIBRATE,
        Permission.INSIGHT_KEEP,
        Permission.INSIGHT_READ,
        Permission.MODERATION_READ,
    },
    Role.HEAD_OF_SERVICE: _EVERYONE
    | {
        Permission.PRACTICE_READ,
        Permission.ALERT_ACKNOWLEDGE,
        Permission.ALERT_FOLLOW,
        Permission.SUMMARY_READ,
        Permission.ACTION_MANAGE,
        Permission.ACTION_RAISE,
        Permission.ACTION_NOTE,
        Permission.ACTION_READ,
        Permission.ACTION_VERIFY,
        Permission.ACTION_WORK,
        Permission.ALLOCATION_READ,
        Permission.PROGRAMME_APPROVE,
        Permission.PROGRAMME_READ,
        Permission.AUDIT_READ,
        Permission.CALIBRATE,
        Permission.ESCALATION_ANSWER,
        Permission.ESCALATION_NOTE,
        Permission.ESCALATION_READ,
        Permission.ESCALATION_REOPEN,
        Permission.INSIGHT_KEEP,
        Permission.INSIGHT_READ,
    },
    Role.PRACTICE_LEAD: _EVERYONE
    | {
        Permission.PRACTICE_READ,
        Permission.HISTORIC_MANAGE,
        Permission.PRINT_READ,
        Permission.SUMMARY_READ,
        Permission.SUMMARY_START,
        Permission.SUMMARY_WRITE,
        Permission.ACTION_MANAGE,
        Permission.ACTION_RAISE,
        Permission.ACTION_NOTE,
        Permission.ACTION_READ,
        Permission.ACTION_SAMPLE,
        Permission.ACTION_VERIFY,
        Permission.ACTION_WORK,
        Permission.ALLOCATION_READ,
        Permission.PROGRAMME_APPROVE,
        Permission.PROGRAMME_MANAGE,
        Permission.PROGRAMME_READ,
        Permission.THEME_MANAGE,
        Permission.AUDIT_READ,
        Permission.AUDIT_IMPORT,
        Permission.AUDIT_RESOLVE,
        Permission.CALIBRATE,
        Permission.ESCALATION_NOTE,
        Permission.ESCALATION_READ,
        Permission.ESCALATION_REOPEN,
        Permission.INSIGHT_KEEP,
        Permission.INSIGHT_READ,
        Permission.JUDGING_READ,
        Permission.ALERT_WRITE,
        Permission.ALERT_APPROVE,
        Permission.ALERT_FOLLOW,
        Permission.MODERATION_MANAGE,
        Permission.MODERATION_READ,
    },
    Role.DCS_OFFICE: _EVERYONE
    | {
        Permission.PRACTICE_READ,
        Permission.PRINT_READ,
        Permission.SUMMARY_READ,
        Permission.SUMMARY_SIGN,
        Permission.SUMMARY_START,
        Permission.INSIGHT_KEEP,
        Permission.INSIGHT_READ,
        Permission.ALERT_APPROVE,
        Permission.ALERT_FOLLOW,
        Permission.PROGRAMME_READ,
    },
    Role.PRACTITIONER: _EVERYONE
    | {
        Permission.PRACTICE_READ,
        Permission.ACTION_NOTE,
        Permission.ACTION_READ,
        Permission.ACTION_WORK,
        Permission.AUDIT_READ,
        Permission.WORK_REFLECT,
    },
    Role.ADMINISTRATOR: _EVERYONE
    | {
        Permission.PEOPLE_MANAGE,
        Permission.FRAMEWORK_MANAGE,
        Permission.MESSAGE_MANAGE,
    },
    # Sees who did what to which record, and nothing that a record says.
    Role.INFORMATION_GOVERNANCE: _EVERYONE
    | {
        Permission.DISPOSAL_READ,
        Permission.HISTORY_READ,
        Permission.HOLD_MANAGE,
    },
    # Reads what the council shows an inspector, and changes nothing: see READ_ONLY.
    Role.INSPECTOR: _LOOKING_ON
    | {
        Permission.PRACTICE_READ,
        Permission.ACTION_READ,
        Permission.AUDIT_READ,
        Permission.ESCALATION_READ,
        Permission.INSIGHT_READ,
        Permission.MODERATION_READ,
        Permission.PROGRAMME_READ,
        Permission.SUMMARY_READ,
    },
}

#: Roles that change nothing, whatever their verbs would let others send.
READ_ONLY = frozenset({Role.INSPECTOR})

ROLE_REACH: dict[Role, Reach] = {
    Role.TEAM_MANAGER: Reach.TEAM,
    Role.MODERATOR: Reach.GRANTED_SERVICE,
    Role.HEAD_OF_SERVICE: Reach.GRANTED_SERVICE,
    Role.PRACTICE_LEAD: Reach.AUTHORITY,
    Role.DCS_OFFICE: Reach.NOBODY,
    Role.PRACTITIONER: Reach.OWN_WORK,
    Role.ADMINISTRATOR: Reach.NOBODY,
    Role.INFORMATION_GOVERNANCE: Reach.NOBODY,
    Role.INSPECTOR: Reach.AUTHORITY,
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Every verb that at least one of the roles holds."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
