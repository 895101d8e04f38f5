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
}


class Permission(StrEnum):
    """A verb a person can hold, written ``thing:verb``."""

    ACTION_MANAGE = "action:manage"
    ACTION_RAISE = "action:raise"
    ACTION_READ = "action:read"
    ACTION_SAMPLE = "action:sample"
    ACTION_VERIFY = "action:verify"
    ACTION_WORK = "action:work"
    ALERT_APPROVE = "alert:approve"
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
    ESCALATION_READ = "escalation:read"
    ESCALATION_REOPEN = "escalation:reopen"
    FRAMEWORK_MANAGE = "framework:manage"
    FRAMEWORK_READ = "framework:read"
    HOME_READ = "home:read"
    INSIGHT_READ = "insight:read"
    JUDGING_READ = "judging:read"
    MESSAGE_MANAGE = "message:manage"
    MODERATION_MANAGE = "moderation:manage"
    MODERATION_READ = "moderation:read"
    PEOPLE_MANAGE = "people:manage"
    PROGRAMME_APPROVE = "programme:approve"
    PROGRAMME_MANAGE = "programme:manage"
    PROGRAMME_READ = "programme:read"
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


_EVERYONE = frozenset({Permission.HOME_READ, Permission.ALERT_READ, Permission.FRAMEWORK_READ})

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.TEAM_MANAGER: _EVERYONE
    | {
        Permission.ACTION_MANAGE,
        Permission.ACTION_RAISE,
        Permission.ACTION_READ,
        Permission.ACTION_VERIFY,
        Permission.ACTION_WORK,
        Permission.ALLOCATION_READ,
        Permission.AUDIT_RECORD,
        Permission.AUDIT_READ,
        Permission.CALIBRATE,
        Permission.ESCALATION_READ,
        Permission.WORK_ACKNOWLEDGE,
    },
    Role.MODERATOR: _EVERYONE
    | {
        Permission.ACTION_RAISE,
        Permission.ACTION_READ,
        Permission.ACTION_VERIFY,
        Permission.ACTION_WORK,
        Permission.AUDIT_READ,
        Permission.AUDIT_MODERATE,
        Permission.AUDIT_RESOLVE,
        Permission.CALIBRATE,
        Permission.INSIGHT_READ,
        Permission.MODERATION_READ,
    },
    Role.HEAD_OF_SERVICE: _EVERYONE
    | {
        Permission.ACTION_MANAGE,
        Permission.ACTION_RAISE,
        Permission.ACTION_READ,
        Permission.ACTION_VERIFY,
        Permission.ACTION_WORK,
        Permission.ALLOCATION_READ,
        Permission.PROGRAMME_APPROVE,
        Permission.PROGRAMME_READ,
        Permission.AUDIT_READ,
        Permission.CALIBRATE,
        Permission.ESCALATION_ANSWER,
        Permission.ESCALATION_READ,
        Permission.ESCALATION_REOPEN,
        Permission.INSIGHT_READ,
    },
    Role.PRACTICE_LEAD: _EVERYONE
    | {
        Permission.ACTION_MANAGE,
        Permission.ACTION_RAISE,
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
        Permission.ESCALATION_READ,
        Permission.ESCALATION_REOPEN,
        Permission.INSIGHT_READ,
        Permission.JUDGING_READ,
        Permission.ALERT_WRITE,
        Permission.ALERT_APPROVE,
        Permission.MODERATION_MANAGE,
        Permission.MODERATION_READ,
    },
    Role.DCS_OFFICE: _EVERYONE
    | {
        Permission.INSIGHT_READ,
        Permission.ALERT_APPROVE,
        Permission.PROGRAMME_READ,
    },
    Role.PRACTITIONER: _EVERYONE
    | {
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
}

ROLE_REACH: dict[Role, Reach] = {
    Role.TEAM_MANAGER: Reach.TEAM,
    Role.MODERATOR: Reach.GRANTED_SERVICE,
    Role.HEAD_OF_SERVICE: Reach.GRANTED_SERVICE,
    Role.PRACTICE_LEAD: Reach.AUTHORITY,
    Role.DCS_OFFICE: Reach.NOBODY,
    Role.PRACTITIONER: Reach.OWN_WORK,
    Role.ADMINISTRATOR: Reach.NOBODY,
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Every verb that at least one of the roles holds."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
