"""The audit programme: who audits which open case, drawn so that nobody chose it."""
