"""Makes digests with secret keys, which identify a phone, a session or a text without storing it.

Each purpose has its own key, so digests for different purposes never match. The purposes are sessions, receipts, weekly
contacts, counted callers, enrolled numbers, the stop list, programmes and certificates. Each process has only the keys
for its own purposes.
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
        """Returns the digest of a text that a caller typed in a USSD session, and that the hotline accepted. The
        database stores the digest, and not the text.
        """
        return self._by(SESSION_KEY, "heard", session_key, text)

    def caller(self, session_key: str, msisdn: str) -> str:
        """Returns the digest of a session together with its phone number. The hotline uses the digest to notice if
        another phone continues the session.

        Different sessions of one phone have different digests.
        """
        return self._by(SESSION_KEY, "caller", session_key, msisdn)

    def shown_key(self, session_id: str, text: str) -> bytes:
        """Returns the key that encrypts a stored copy of the screen that a caller saw.

        To compute the key, a program needs the gateway's session id and the text that the caller typed. The hotline
        stores neither the session id nor the text.
        """
        return bytes.fromhex(self._by(SESSION_KEY, "shown", session_id, text))

    def identity(self, session_key: str, passage: str) -> str:
        """Returns the digest that identifies a tip, computed from the session and the report attempt."""
        return self._by(SESSION_KEY, "identity", session_key, passage)

    def mark_key(self) -> bytes:
        """Returns the secret key for the marks, which prove that the hotline made the key pair of a tip. Returns an
        empty key if the folder lacks the key for sessions.
        """
        held = self._folder.holds(SESSION_KEY)
        return bytes.fromhex(self._by(SESSION_KEY, "pair")) if held else b""

    def _by(self, key: str, purpose: str, *parts: str) -> str:
        return digest(self._folder.read(key), purpose, *parts)

    def contact(self, msisdn: str, at: datetime) -> str:
        """Returns the digest that identifies a phone in the ISO week of `at`."""
        return digest(self._weekly.at(at), "contact", msisdn)

    def contacts(self, msisdn: str, at: datetime) -> tuple[str, ...]:
        """Returns the digests that may identify a phone now: for this week and, while last week's key exists, for last
        week.
        """
        before = self._weekly.before(at)
        own = self.contact(msisdn, at)
        return (own,) if before is None else (own, digest(before, "contact", msisdn))

    def likeness(self, what: str, text: str, at: datetime) -> str:
        """Returns the digest of an answer in a report, computed with this week's key. The hotline uses the digest to
        find tips of the same day with similar answers.
        """
        return digest(self._weekly.at(at), "likeness", what, text)

    def person(self, msisdn: str, at: datetime) -> dict[str, int]:
        """Returns two numbers of 64 bits that represent a phone, one for this month and one for this week. To count
        callers, the hotline counts different numbers, and does not store the numbers.

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
        """Returns the secret text from which the hotline computes the receipt of a session. If the gateway sends a
        request twice, the caller gets the same receipt."""
        return self._by(RECEIPT_KEY, "seed", session_key)

    def receipt_number(self, number: str) -> str:
        """Returns the digest of a receipt number, by which the hotline counts the attempts to use this number. The
        hotline also counts attempts with numbers that belong to no receipt.
        """
        return self._by(RECEIPT_KEY, "number", number)

    def receipt(self, number: str, pin: str) -> str:
        """Returns the digest by which the hotline finds the tip of a receipt. To compute the digest, a program needs
        both the number and the PIN of the receipt.
        """
        return self._by(RECEIPT_KEY, "receipt", number, pin)

    def enrolled(self, msisdn: str) -> str:
        """Returns the digest of a responder's phone number, which never changes."""
        return self._by(ENROLLED_KEY, "enrolled", msisdn)

    def sms(self, msisdn: str, shortcode: str, text: str, second: str) -> str:
        """Returns the digest that identifies an SMS to the hotline. The gateway's ids cannot identify an SMS, because
        the gateway uses different ids for the same SMS in the callback and in the inbox list.
        """
        return self._by(SESSION_KEY, "sms", msisdn, shortcode, text, second)

    def stopped(self, msisdn: str) -> str:
        """Returns the digest of a phone on the stop list (phones that get no more SMS), which never changes."""
        return self._by(STOP_KEY, "stopped", msisdn)

    def joined(self, programme: str, msisdn: str) -> str:
        """Returns the digest that identifies a phone in a programme, which never changes."""
        return self._by(JOINED_KEY, "joined", programme, msisdn)

    def joins(self, programme: str, code: str) -> str:
        """Returns the digest of a code with which phones join a programme."""
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
        """Returns the digest that proves that this installation issued the certificate with the content `text`."""
        return self._by(CERTIFICATE_KEY, "certificate", text)


def digest(key: bytes, purpose: str, *parts: str) -> str:
    """Returns the HMAC-SHA-256 of a purpose and of the texts in `parts`.

    The data for the digest contains the length of each text, so that two different lists of texts never give the same
    digest.
    """
    framed = b""
    for part in (purpose, *parts):
        letters = part.encode("utf-8", "surrogatepass")
        framed += len(letters).to_bytes(4, "big") + letters
    return hmac.digest(key, framed, "sha256").hex()
