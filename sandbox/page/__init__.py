"""The page: the simulated Slack and Teams to click in, and the simulated AWS beside them."""
