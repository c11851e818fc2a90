"""Makes digests with secret keys, which identify a phone, a session or a text without storing it.

Each purpose has its own key, so digests for different purposes never match. The purposes are sessions, receipts, weekly
contacts, counted callers, enrolled numbers, the stop list, programmes and certificates. Each process has only the keys
for its own purposes.

Some keys change every week or every month: the keys of contacts, and the keys for counting callers. At the beginning of
each period a process destroys older keys, so that older pseudonyms identify no one. `hotline init` makes the keys for
some weeks in advance. If a key of the current period is missing, the process makes the key in its own folder. If a
folder has no key of a kind, its role does not need such keys.
"""

import hmac
import secrets
from datetime import UTC, datetime, timedelta, tzinfo

from hotline.keys.key_folder import KEY_BYTES, KeyFolder
from hotline.text.errors import KeyMissing
from hotline.text.time import KIGALI

SESSION_KEY = "session.key"
ENROLLED_KEY = "enrolled.key"
STOP_KEY = "stop.key"
JOINED_KEY = "joined.key"
RECEIPT_KEY = "receipt.key"
CERTIFICATE_KEY = "certificate.key"

AHEAD = 3
"""The number of weeks for which `hotline init` makes keys, including this week. `hotline init` also makes the keys of
the months that contain these weeks.
"""
MONTH, WEEK = "%Y-%m", "%G-W%V"


class PeriodKeys:
    """The keys of one kind in a folder. Each key has the name of its period, such as `contact-2026-W48.key`."""

    def __init__(
        self,
        folder: KeyFolder,
        stem: str,
        period: str,
        zone: tzinfo,
        *,
        kept: timedelta = timedelta(0),
        falls_back: bool = False,
    ) -> None:
        """Makes an object for the keys whose names begin with `stem`. `period` is `MONTH` or `WEEK`, and begins at
        midnight in the time zone `zone`. A key is destroyed when its period is over for the time `kept`.

        If `falls_back` is True, a process that cannot write in the folder uses this period's key or the newest key. If
        it is False, such a process gets no key, because it cannot destroy the key at the end of the period.
        """
        self._folder = folder
        self._stem = stem
        self._period = period
        self._zone = zone
        self._kept = kept
        self._falls_back = falls_back
        self._current = "", b""

    def period(self, moment: datetime) -> str:
        """Returns the period that contains a moment, such as `2026-11` or `2026-W48`."""
        return f"{moment.astimezone(self._zone):{self._period}}"

    def name(self, moment: datetime) -> str:
        """Returns the file name of the key for the period that contains a moment."""
        return f"{self._stem}-{self.period(moment)}.key"

    def held(self) -> list[str]:
        """Returns the file names of the keys in the folder, oldest first."""
        is_weekly = "W" in self._period
        found = (name for name in self._folder.names() if name.startswith(f"{self._stem}-"))
        return [name for name in found if ("W" in name) == is_weekly]

    def at(self, moment: datetime) -> bytes:
        """Returns the key for the period that contains a moment, and makes the key if it is missing. Raises
        KeyMissing."""
        name = self.name(moment)
        if self._current[0] != name:
            self._current = name, self._begin(name)
            self.forget(moment)
        return self._current[1]

    def before(self, moment: datetime) -> bytes | None:
        """Returns the key of the previous period. Returns None if the folder does not contain this key."""
        name = self.name(moment - self._kept)
        return self._folder.read(name) if self._folder.holds(name) else None

    def lay(self, moment: datetime) -> list[str]:
        """Makes the missing keys for this period and the next weeks. Returns the names of the new keys."""
        names = sorted({self.name(moment + timedelta(weeks=n)) for n in range(AHEAD)})
        return [name for name in names if self._folder.make(name, secrets.token_bytes(KEY_BYTES))]

    def forget(self, moment: datetime) -> None:
        """Destroys all keys that are too old, but never the newest key. A running process calls the method at the
        beginning of each period; a command calls the method for folders that no running process uses.

        The newest key stays even if it is old, because a process cannot make a new key if the disk is full.
        """
        oldest = self.name(moment - self._kept)
        for name in self.held()[:-1]:
            if name < oldest:
                self._folder.destroy(name)

    def _begin(self, name: str) -> bytes:
        names = self.held()
        if not names:
            raise KeyMissing(
                f"the key folder {self._folder.path.name!r} lacks {self._stem}-*.key, which no key export contains: "
                "run `hotline init` on the machine with all key folders"
            )
        if self._falls_back and self._folder.holds(name):
            return self._folder.read(name)
        try:
            self._folder.make(name, secrets.token_bytes(KEY_BYTES))
        except OSError:
            if self._falls_back:
                return self._folder.read(names[-1])
            raise KeyMissing(
                f"cannot write {self._stem}-*.key in the key folder: make this folder writable"
            ) from None
        return self._folder.read(name)


def contact_keys(folder: KeyFolder) -> PeriodKeys:
    """Returns the keys of contacts. A process without a new key uses the newest one, because a tip must not wait."""
    return PeriodKeys(folder, "contact", WEEK, UTC, kept=timedelta(weeks=1), falls_back=True)


def people_keys(folder: KeyFolder) -> tuple[PeriodKeys, PeriodKeys]:
    """Returns the monthly and the weekly keys for counting callers."""
    return PeriodKeys(folder, "people", MONTH, KIGALI), PeriodKeys(folder, "people", WEEK, KIGALI)


def periods_of(at: datetime) -> tuple[str, str]:
    """Returns the month and the ISO week of a moment in Kigali, such as `2026-11` and `2026-W48`."""
    local_time = at.astimezone(KIGALI)
    return f"{local_time:{MONTH}}", f"{local_time:{WEEK}}"


class Pseudonyms:
    """Makes the digests of one process, with the keys from its folder. If the key for a purpose is missing, raises
    KeyMissing.
    """

    def __init__(self, folder: KeyFolder) -> None:
        self._folder = folder
        self._contacts = contact_keys(folder)
        self._people = people_keys(folder)

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
        has_key = self._folder.holds(SESSION_KEY)
        return bytes.fromhex(self._by(SESSION_KEY, "pair")) if has_key else b""

    def _by(self, key: str, purpose: str, *parts: str) -> str:
        return digest(self._folder.read(key), purpose, *parts)

    def contact(self, msisdn: str, at: datetime) -> str:
        """Returns the digest that identifies a phone in the ISO week of `at`."""
        return digest(self._contacts.at(at), "contact", msisdn)

    def contacts(self, msisdn: str, at: datetime) -> tuple[str, ...]:
        """Returns the digests that may identify a phone now: for this week and, while last week's key exists, for last
        week.
        """
        before = self._contacts.before(at)
        own = self.contact(msisdn, at)
        return (own,) if before is None else (own, digest(before, "contact", msisdn))

    def likeness(self, what: str, text: str, at: datetime) -> str:
        """Returns the digest of an answer in a report, computed with this week's key. The hotline uses the digest to
        find tips of the same day with similar answers.
        """
        return digest(self._contacts.at(at), "likeness", what, text)

    def person(self, msisdn: str, at: datetime) -> dict[str, int]:
        """Returns two numbers of 64 bits that represent a phone, one for this month and one for this week. The hotline
        uses the numbers to count different phones, but does not store the numbers.

        Also destroys old weekly keys of contacts, because the hotline calls this method more often than `contact`.
        """
        self._contacts.at(at)
        found = {keys.period(at): digest(keys.at(at), "person", msisdn) for keys in self._people}
        return {period: int(each[:16], 16) for period, each in found.items()}

    @property
    def has_receipt_key(self) -> bool:
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
        """Returns the digest that identifies an SMS to the hotline. The gateway's ids cannot identify an SMS. The
        gateway uses different ids for the same SMS in the callback and in the inbox list.
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
    def has_certificate_key(self) -> bool:
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

    The data for the digest contains the length of each text. So two different lists of texts never give the same
    digest.
    """
    framed = b""
    for part in (purpose, *parts):
        letters = part.encode("utf-8", "surrogatepass")
        framed += len(letters).to_bytes(4, "big") + letters
    return hmac.digest(key, framed, "sha256").hex()
