"""Defines the number of values that a record key can have. A record key is a number with which the hotline rounds
published statistics. Pure."""

RECORD_KEYS = 256
"""The number of possible values of a record key, which has 8 bits."""
