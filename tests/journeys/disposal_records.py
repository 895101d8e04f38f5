"""A hold, a certificate of disposal and a backup put back, for whoever looks round."""

from __future__ import annotations

from datetime import date

from audit_app.disposal import changes
from audit_app.disposal.disposing import write_down
from audit_app.disposal.queries import BACKUP
from audit_app.extensions import db
from audit_app.models import DisposalCertificate, User, remember
from audit_app.models.base import new_reference, now
from audit_app.rules.deeds import PUT_BACK
from audit_app.rules.permissions import Role
from audit_app.rules.retention import Periods

_COUNTS = {"audits": 3, "findings": 18, "judgements": 24, "submissions": 3}


def disposal_records(people: dict[Role, User]) -> dict[str, str]:
    by = people[Role.INFORMATION_GOVERNANCE]
    lifted = changes.place(by, "7000001", "A complaint to the ombudsman.")
    changes.lift(by, lifted, "The ombudsman closed it.")
    hold = changes.place(by, "7000002", "A court has asked for the records: claim 2026/118.")
    certificate = DisposalCertificate(
        reference=new_reference(),
        made_at=now(),
        before=date(2010, 1, 1),
        rule=Periods(6, 12).rule,
        counts=_COUNTS,
        references=sorted(new_reference() for _ in range(_COUNTS["audits"])),
        held=1,
        totals=[],
    )
    write_down(certificate)
    remember(db.session, None, PUT_BACK, BACKUP, new_reference())
    db.session.commit()
    return {
        "<hold>": hold.reference,
        "<lifted hold>": lifted.reference,
        "<certificate>": certificate.reference,
    }
