"""Who did what to which record, and the proof that nobody changed what is said of it."""
