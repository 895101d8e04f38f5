"""Records whose time is up: what keeps them, what went, and what is held about one case."""
