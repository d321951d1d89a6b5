"""Benchmarks that print ratios, each side by side in one run: machines are noisy, a figure alone says nothing."""
