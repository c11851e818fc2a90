"""Keyed digests: how a phone, a session or a text is recognised without being kept. Pure but for the keys it is given.

A key for each purpose. Sessions, receipts, contacts (a new key each week), people counted (a week, a month), enrolled
numbers, the stop list, the rolls and certificates: no digest of one purpose can be looked up among those of another.
"""

import hmac
from datetime import datetime

from hotline.errors import KeyMissing
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.people import PeopleKeys
from hotline.sealing.keys.weekly_lock import WeeklyKeys

SESSION_KEY = "session.key"
ENROLLED_KEY = "enrolled.key"
STOP_KEY = "stop.key"
JOINED_KEY = "joined.key"
RECEIPT_KEY = "receipt.key"
CERTIFICATE_KEY = "certificate.key"


class Pseudonyms:
    """Built from a process's key folder; a purpose whose key is not there raises KeyMissing."""

    def __init__(self, folder: KeyFolder) -> None:
        self._folder = folder
        self._weekly = WeeklyKeys(folder)
        self._people = PeopleKeys(folder)

    def session(self, session_id: str) -> str:
        """64 hex digits that stand for a gateway's session id."""
        return self._by(SESSION_KEY, "session", session_id)

    def heard(self, session_key: str, text: str) -> str:
        """Digest of an accepted USSD text, kept in place of the text."""
        return self._by(SESSION_KEY, "heard", session_key, text)

    def caller(self, session_key: str, msisdn: str) -> str:
        """Digest of a session with its phone: another phone does not go on in it. It links no two sessions."""
        return self._by(SESSION_KEY, "caller", session_key, msisdn)

    def shown_key(self, session_id: str, text: str) -> bytes:
        """A key for what a hop showed: it needs the gateway's own session id and text, which are kept nowhere."""
        return bytes.fromhex(self._by(SESSION_KEY, "shown", session_id, text))

    def identity(self, session_key: str, passage: str) -> str:
        """A tip's identity: session and passage in one digest."""
        return self._by(SESSION_KEY, "identity", session_key, passage)

    def _by(self, key: str, purpose: str, *parts: str) -> str:
        return _digest(self._folder.read(key), purpose, *parts)

    def contact(self, msisdn: str, at: datetime) -> str:
        """This ISO week's pseudonym of a phone."""
        return _digest(self._weekly.at(at), "contact", msisdn)

    def contacts(self, msisdn: str, at: datetime) -> tuple[str, ...]:
        """Every pseudonym by which a phone can still be known: this week's, and last week's while its key is here."""
        before = self._weekly.before(at)
        own = self.contact(msisdn, at)
        return (own,) if before is None else (own, _digest(before, "contact", msisdn))

    def likeness(self, what: str, said: str, at: datetime) -> str:
        """This week's digest of an answer, by which like tips are found: for a day, and never opened."""
        return _digest(self._weekly.at(at), "likeness", what, said)

    def person(self, msisdn: str, at: datetime) -> dict[str, int]:
        """64 bits that stand for a phone in each of a moment's periods, to be counted and forgotten.

        Whoever counts is also who ends last week's keys: a contact is rare, a session is not.
        """
        self._weekly.at(at)
        keys = self._people.at(at)
        return {
            period: int(_digest(key, "person", msisdn)[:16], 16) for period, key in keys.items()
        }

    @property
    def knows_receipts(self) -> bool:
        """A line that was upgraded has no such key before `hotline init`: until then no receipt is offered."""
        try:
            return bool(self._folder.read(RECEIPT_KEY))
        except KeyMissing:
            return False

    def receipt_seed(self, session_key: str) -> str:
        """What a session's receipt is derived from: the same however often a hop comes."""
        return self._by(RECEIPT_KEY, "seed", session_key)

    def receipt_number(self, number: str) -> str:
        """Whose tries are counted, whether or not there is such a receipt."""
        return self._by(RECEIPT_KEY, "number", number)

    def receipt(self, number: str, pin: str) -> str:
        """Under which a tip is found again. The one without the other is nothing."""
        return self._by(RECEIPT_KEY, "receipt", number, pin)

    def enrolled(self, msisdn: str) -> str:
        """The lasting digest under which a responder's number is known."""
        return self._by(ENROLLED_KEY, "enrolled", msisdn)

    def sms(self, msisdn: str, shortcode: str, text: str, second: str) -> str:
        """Digest of one SMS, by which it is known again: the gateway has two ids for it."""
        return self._by(SESSION_KEY, "sms", msisdn, shortcode, text, second)

    def stopped(self, msisdn: str) -> str:
        """The lasting digest of the stop list."""
        return self._by(STOP_KEY, "stopped", msisdn)

    def joined(self, roll: str, msisdn: str) -> str:
        """The lasting digest under which a phone stands on a roll."""
        return self._by(JOINED_KEY, "joined", roll, msisdn)

    def joins(self, roll: str, code: str) -> str:
        """Digest of a code that lets people join a roll."""
        return self._by(JOINED_KEY, "joins", roll, code)

    @property
    def knows_certificates(self) -> bool:
        """A line that was upgraded has no such key before `hotline init`: until then no certificate is shown."""
        return self._folder.holds(CERTIFICATE_KEY)

    def holder(self, number_key: str, month: int) -> str:
        """Out of which a certificate's serial number is drawn: it leads to nobody, and every month to another."""
        return self._by(CERTIFICATE_KEY, "holder", number_key, str(month))

    def certificate(self, said: str) -> str:
        """What proves that this line gave a certificate that says so."""
        return self._by(CERTIFICATE_KEY, "certificate", said)


def contact_by(key: bytes, msisdn: str) -> str:
    """Returns a contact's digest under this key: it proves that no key is left which makes it."""
    return _digest(key, "contact", msisdn)


def _digest(key: bytes, purpose: str, *parts: str) -> str:
    """HMAC-SHA-256 over the purpose and its parts, each with its length in front: no two lists of parts are alike."""
    framed = b""
    for part in (purpose, *parts):
        letters = part.encode("utf-8", "surrogatepass")
        framed += len(letters).to_bytes(4, "big") + letters
    return hmac.digest(key, framed, "sha256").hex()
