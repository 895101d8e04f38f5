"""The practitioner's side of an audit: their reflection, and good practice worth sharing."""
