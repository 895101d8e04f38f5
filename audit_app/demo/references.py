"""References that are the same each time the made-up data is made."""

from __future__ import annotations

from random import Random

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def reference(rng: Random) -> str:
    """Like ``models.base.new_reference``, but from a seed: made-up records are no secret."""
    return "".join(rng.choices(_LETTERS, k=4)) + "-" + "".join(rng.choices(_LETTERS, k=4))
