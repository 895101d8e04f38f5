"""A claim about practice and its answer in words, wherever it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Claim:
    """One question about practice, answered.

    ``title`` is the question; ``sentence`` the answer in one plain sentence, which claims nothing
    that no rule found. ``figures`` are the few it rests on, as names and printed values.
    ``endpoint`` and ``args`` lead to the page where all of them stand, which ``link`` names.
    """

    title: str
    sentence: str
    figures: tuple[tuple[str, str], ...]
    endpoint: str
    args: Mapping[str, str] = field(default_factory=dict)
    link: str = "See the figures"
    notes: tuple[str, ...] = ()
