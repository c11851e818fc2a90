"""The endpoints that a bench's web process has beside the line."""

NULL = "/null"
"""Does nothing, by Flask."""
SPENT = "/spent"
"""Seconds of processor that the process has taken."""
FLASK = "/flask"
"""In front of a hook's path: by Flask, as it would be without its front."""
