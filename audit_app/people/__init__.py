"""Services, localities, teams, and people with their roles."""
