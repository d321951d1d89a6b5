"""What the process hears: HTTP, Slack and the events queue."""
