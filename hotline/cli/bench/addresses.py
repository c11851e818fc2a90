"""The endpoints that a bench's web process has beside the line."""

NULL = "/null"
"""Does nothing, by Flask."""
SPENT = "/spent"
"""Seconds of processor that the process has taken."""
