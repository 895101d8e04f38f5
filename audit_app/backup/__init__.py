"""Backups: one file with a copy of the database, taken while people work, verified, and put back.

The rows are taken as they were at one moment. Whatever goes wrong is a :class:`Refused`, which says
why in words for whoever reads it at three in the morning.
"""


class Refused(Exception):
    """It was not done; the message says why, and names no password."""
