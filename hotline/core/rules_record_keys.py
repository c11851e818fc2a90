"""Defines the number of possible record keys. Published numbers are rounded with them. Pure."""

RECORD_KEYS = 256
"""The number of possible record keys, which have 8 bits."""
