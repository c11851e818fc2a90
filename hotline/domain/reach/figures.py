"""Which counts are small. Whatever hides them is `domain/evidence/publishing`. Pure."""

SMALL = 5
"""Counts below it say something of few people."""
