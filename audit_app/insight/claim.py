"""A claim about practice and its answer in words, wherever it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from audit_app.web.pages import plural


@dataclass(frozen=True)
class Claim:
    """One question about practice, answered.

    ``title`` is the question; ``sentence`` the answer in plain words, which claims nothing that no
    rule found, and ``otherwise`` what other ways of counting find that it does not. ``figures`` are
    the few it rests on, as names and printed values.
    ``endpoint`` and ``args`` lead to the page where all of them stand, which ``link`` names;
    ``also`` are other pages that test it, as their links' words and endpoints. ``left_out`` is how
    many audits the answer does without, as its reader may yet judge them blind.
    """

    title: str
    sentence: str
    figures: tuple[tuple[str, str], ...]
    endpoint: str
    args: Mapping[str, str] = field(default_factory=dict)
    link: str = "See the figures"
    notes: tuple[str, ...] = ()
    otherwise: str = ""
    also: tuple[tuple[str, str], ...] = ()
    left_out: int = 0

    @property
    def caveat(self) -> str:
        """Why others may be given another answer; mostly nothing."""
        if not self.left_out:
            return ""
        audits = plural(self.left_out, "audit that waits", "audits that wait")
        return (
            f"This answer is made without {audits} for a blind moderation, "
            "so it may differ from what others see."
        )

    @property
    def answer(self) -> str:
        """All that is said, for where it stands in one place."""
        return " ".join(filter(None, (self.sentence, self.otherwise, self.caveat)))
