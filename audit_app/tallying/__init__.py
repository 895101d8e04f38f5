"""Counts of judgements and moderations, kept with the records and provably equal to them."""
