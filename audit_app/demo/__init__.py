"""Made-up people, audits and alerts, to see the service at work. Never in production."""
