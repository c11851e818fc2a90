"""Keyed digests: how a phone, a session or a text is recognised without being kept. Pure but for the keys it is given.

A key for each purpose. Sessions, contacts (a new key each week), enrolled numbers and the stop list: no digest of one
purpose can be looked up among those of another.
"""

from datetime import datetime


class Pseudonyms:
    """Built from a process's key folder; a purpose whose key is not there raises KeyMissing."""

    def session(self, session_id: str) -> str:
        """64 hex digits that stand for a gateway's session id."""
        raise NotImplementedError

    def heard(self, session_key: str, text: str) -> str:
        """Digest of an accepted USSD text, kept in place of the text."""
        raise NotImplementedError

    def identity(self, session_key: str, routing: str) -> str:
        """A tip's identity: session, passage and routing answers in one digest."""
        raise NotImplementedError

    def contact(self, msisdn: str, at: datetime) -> str:
        """This ISO week's pseudonym of a phone."""
        raise NotImplementedError

    def enrolled(self, msisdn: str) -> str:
        """The lasting digest under which a responder's number is known."""
        raise NotImplementedError

    def stopped(self, msisdn: str) -> str:
        """The lasting digest of the stop list."""
        raise NotImplementedError
