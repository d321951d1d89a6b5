"""AWS events as alerts: one small function for each kind of event."""
