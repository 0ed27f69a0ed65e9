"""Runs as pictures: metrics over steps or time, and many runs across their parameters and metrics at once."""
