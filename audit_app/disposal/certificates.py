"""The certificate of what went, and the checksum that shows it was not altered."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256

from audit_app.models import DisposalCertificate


def checksum_of(certificate: DisposalCertificate) -> str:
    """SHA-256 of all that is said in it, in hexadecimal. Times in UTC to the microsecond."""
    said = [
        certificate.reference,
        _utc(certificate.made_at).isoformat(timespec="microseconds"),
        certificate.made_by_id,
        certificate.before.isoformat(),
        certificate.rule,
        certificate.counts,
        certificate.references,
        certificate.held,
        certificate.counts_from and certificate.counts_from.isoformat(),
        certificate.totals,
    ]
    plain = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(plain.encode()).hexdigest()


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
