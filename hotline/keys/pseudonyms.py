"""Makes keyed digests, which identify a phone, a session or a text without storing it.

Each purpose has its own key. The purposes are sessions, receipts, weekly contacts, counted callers, enrolled numbers,
the stop list, programmes and certificates. A digest for one purpose matches no digest for another purpose. Each process
has only the keys for its own purposes.
"""

import hmac
from datetime import datetime

from hotline.keys.key_folder import KeyFolder, PeopleKeys
from hotline.keys.weekly_lock import WeeklyKeys
from hotline.text.errors import KeyMissing

SESSION_KEY = "session.key"
ENROLLED_KEY = "enrolled.key"
STOP_KEY = "stop.key"
JOINED_KEY = "joined.key"
RECEIPT_KEY = "receipt.key"
CERTIFICATE_KEY = "certificate.key"


class Pseudonyms:
    """Makes the digests of one process, with the keys from its folder. If the key for a purpose is missing, raises
    KeyMissing.
    """

    def __init__(self, folder: KeyFolder) -> None:
        self._folder = folder
        self._weekly = WeeklyKeys(folder)
        self._people = PeopleKeys(folder)

    def session(self, session_id: str) -> str:
        """Returns 64 hex digits that represent a gateway's session id."""
        return self._by(SESSION_KEY, "session", session_id)

    def heard(self, session_key: str, text: str) -> str:
        """Returns the digest of a USSD text that the hotline accepted. The database stores only this digest, and not
        the text.
        """
        return self._by(SESSION_KEY, "heard", session_key, text)

    def caller(self, session_key: str, msisdn: str) -> str:
        """Returns the digest of a session and its phone. With this digest, the hotline notices if another phone
        continues the session.

        Different sessions of one phone have different digests.
        """
        return self._by(SESSION_KEY, "caller", session_key, msisdn)

    def shown_key(self, session_id: str, text: str) -> bytes:
        """Returns a key that encrypts the screen of a hop.

        To compute the key, a program needs the gateway's session id and the caller's text. The hotline stores neither
        the session id nor the text.
        """
        return bytes.fromhex(self._by(SESSION_KEY, "shown", session_id, text))

    def identity(self, session_key: str, passage: str) -> str:
        """Returns the identity of a tip: a digest of the session and the report attempt."""
        return self._by(SESSION_KEY, "identity", session_key, passage)

    def mark_key(self) -> bytes:
        """Returns the key that makes the marks of tips' key pairs. Returns an empty key if the folder lacks the session
        key.
        """
        held = self._folder.holds(SESSION_KEY)
        return bytes.fromhex(self._by(SESSION_KEY, "pair")) if held else b""

    def _by(self, key: str, purpose: str, *parts: str) -> str:
        return digest(self._folder.read(key), purpose, *parts)

    def contact(self, msisdn: str, at: datetime) -> str:
        """Returns the pseudonym of a phone for the ISO week of `at`."""
        return digest(self._weekly.at(at), "contact", msisdn)

    def contacts(self, msisdn: str, at: datetime) -> tuple[str, ...]:
        """Returns every pseudonym that a phone may have now: of this week, and of last week while that week's key
        exists.
        """
        before = self._weekly.before(at)
        own = self.contact(msisdn, at)
        return (own,) if before is None else (own, digest(before, "contact", msisdn))

    def likeness(self, what: str, text: str, at: datetime) -> str:
        """Returns the digest of a reporter's answer, made with this week's key. With this digest, the hotline finds
        tips of one day that have similar answers. No one can compute the answer from the digest.
        """
        return digest(self._weekly.at(at), "likeness", what, text)

    def person(self, msisdn: str, at: datetime) -> dict[str, int]:
        """Returns two numbers of 64 bits that represent a phone: one for this month, and one for this week.
        The hotline counts the different numbers, and does not store them.

        Also destroys old weekly keys of contacts, because the hotline calls this method more often than `contact`.
        """
        self._weekly.at(at)
        keys = self._people.at(at)
        return {period: int(digest(key, "person", msisdn)[:16], 16) for period, key in keys.items()}

    @property
    def knows_receipts(self) -> bool:
        """Returns False if the key for receipts is missing. An older installation lacks this key until `hotline init`
        makes the key.

        Without the key, the hotline offers no receipts.
        """
        try:
            return bool(self._folder.read(RECEIPT_KEY))
        except KeyMissing:
            return False

    def receipt_seed(self, session_key: str) -> str:
        """Returns the seed from which the receipt of this session is computed. If the gateway repeats a hop, the
        session gets the same seed again."""
        return self._by(RECEIPT_KEY, "seed", session_key)

    def receipt_number(self, number: str) -> str:
        """Returns the digest of a receipt number. The hotline counts the attempts to use a receipt number by this
        digest, even if no receipt has this number.
        """
        return self._by(RECEIPT_KEY, "number", number)

    def receipt(self, number: str, pin: str) -> str:
        """Returns the digest that identifies the tip of a receipt. A program can compute this digest only if it has
        both the receipt's number and the receipt's PIN.
        """
        return self._by(RECEIPT_KEY, "receipt", number, pin)

    def enrolled(self, msisdn: str) -> str:
        """Returns the lasting digest of a responder's phone number."""
        return self._by(ENROLLED_KEY, "enrolled", msisdn)

    def sms(self, msisdn: str, shortcode: str, text: str, second: str) -> str:
        """Returns the digest that identifies an SMS that was sent to the hotline. The gateway's own ids cannot identify
        an SMS: the gateway gives the same SMS one id in a callback and another id in the list of the inbox.
        """
        return self._by(SESSION_KEY, "sms", msisdn, shortcode, text, second)

    def stopped(self, msisdn: str) -> str:
        """Returns the lasting digest of a phone on the stop list."""
        return self._by(STOP_KEY, "stopped", msisdn)

    def joined(self, programme: str, msisdn: str) -> str:
        """Returns the lasting digest of a phone in a programme."""
        return self._by(JOINED_KEY, "joined", programme, msisdn)

    def joins(self, programme: str, code: str) -> str:
        """Returns the digest of a code that enrols phones in a programme."""
        return self._by(JOINED_KEY, "joins", programme, code)

    @property
    def knows_certificates(self) -> bool:
        """Returns False if the key for certificates is missing. An older installation lacks this key until `hotline
        init` makes the key.

        Without the key, the hotline shows no certificates.
        """
        return self._folder.holds(CERTIFICATE_KEY)

    def holder(self, number_key: str, month: int) -> str:
        """Returns a digest from which the hotline computes the serial number of a person's certificate.

        The digest identifies no person, and changes every month.
        """
        return self._by(CERTIFICATE_KEY, "holder", number_key, str(month))

    def certificate(self, text: str) -> str:
        """Returns the digest that proves that this installation issued a certificate with this content."""
        return self._by(CERTIFICATE_KEY, "certificate", text)


def digest(key: bytes, purpose: str, *parts: str) -> str:
    """Returns the HMAC-SHA-256 of a purpose and of the texts in `parts`.

    Before each text, the digested data contains the length of the text, so that two different lists of texts never
    give the same digest.
    """
    framed = b""
    for part in (purpose, *parts):
        letters = part.encode("utf-8", "surrogatepass")
        framed += len(letters).to_bytes(4, "big") + letters
    return hmac.digest(key, framed, "sha256").hex()
