"""Defines two people who use the enrolment passphrase together, for tests that decrypt with it."""

from hotline.people.decrypt_passphrase import TwoPeople

ALICE = TwoPeople("Alice", "Bosco")
BOB = TwoPeople("Bob", "Bosco")
WITH_BOSCO = "; by the passphrase, with Bosco"
"""The end of a reason in the audit log, if Bosco was the second person who typed the passphrase."""
