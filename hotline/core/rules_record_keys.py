"""Says how many record keys there are, by which published counts are rounded. Pure."""

RECORD_KEYS = 256
"""Number of record keys: 8 bits."""
