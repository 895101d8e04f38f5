"""What waits for each person, and the pages about the service."""
