"""Durable functions, one a file."""
