"""The other Lambda entry points."""
