"""Defines pairs of people who use a passphrase together, for tests that decrypt with a passphrase."""

from hotline.people.decrypt_passphrase import TwoPeople

ALICE = TwoPeople("Alice", "Bosco")
BOB = TwoPeople("Bob", "Bosco")
WITH_BOSCO = "; by the passphrase, with Bosco"
"""The end of a reason in the audit log, if Bosco was the second person who typed the passphrase."""
