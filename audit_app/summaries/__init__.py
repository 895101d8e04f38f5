"""Quarterly summaries for committee, from the figures to the signed and frozen document."""
