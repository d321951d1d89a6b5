"""The outside world on loopback: AWS and Slack simulated on the wire, and a page to chat in."""
