"""Audits in from files."""
