"""The page: the simulated Slack to click in, and the simulated AWS beside it. Static files and a few endpoints."""
