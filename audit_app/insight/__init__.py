"""Distributions of judgements, over time and between places."""
