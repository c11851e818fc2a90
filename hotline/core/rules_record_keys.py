"""Defines the number of possible record keys. Published statistics are rounded with these keys. Pure."""

RECORD_KEYS = 256
"""A record key has 8 bits."""
