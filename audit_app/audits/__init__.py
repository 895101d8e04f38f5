"""Record an audit, read one, find one."""
