"""Finding again what is on paper: who made it, when, of what, and whether it is as it was made."""
