"""The Inadequate clock: who was told, what was done, and nothing forgotten until then."""
