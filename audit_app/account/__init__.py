"""Sign in, sign out, and the sessions in between."""
