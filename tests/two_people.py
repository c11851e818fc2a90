"""Two people who use the enrolment passphrase together, for tests that open by it."""

from hotline.people.decrypt_passphrase import TwoPeople

ALICE = TwoPeople("Alice", "Bosco")
BOB = TwoPeople("Bob", "Bosco")
WITH_BOSCO = "; by the passphrase, with Bosco"
"""What a reason in the audit log ends with."""
