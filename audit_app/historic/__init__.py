"""Totals that were published before records began here, kept with their source."""
