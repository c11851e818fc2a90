"""Simulates callers of a fault test who ask for a call-back, and checks that each promised number is stored.

Without these callers, the search for phone numbers in files would have nothing to find.
"""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress

from hotline.alerts.service_messages import BOUND_AS
from hotline.core.database import Database
from hotline.keys.decrypt import decrypt_tip
from hotline.keys.encrypt import label
from hotline.keys.weekly_lock import WeeklyLock
from hotline.text.errors import DecryptionFailed, HandsetRefused, KeyMissing
from hotline.text.places import NATIONAL
from tests.faults.reading import LabelMissing, choose
from tests.support import books
from tests.support.books import WaitingCall
from tests.support.handsets import ClientSession
from tests.support.labels import AGREED, CALL


def ask(session: ClientSession) -> bool:
    """Goes from the screen "saved" to the offer of a call-back, accepts it, and goes back to "saved". Returns False if
    the hotline offers no call-back or does not confirm it."""
    agreed = False
    with suppress(LabelMissing, HandsetRefused):
        for said in CALL:
            choose(session, said)
        agreed = session.open and AGREED in session.screen
        for _ in CALL:
            session.reply("0")
    return agreed


def unkept(
    database: Database, promised: Mapping[str, str], national_key: bytes, weekly_lock: WeeklyLock
) -> list[str]:
    """Returns the call-backs that break invariant I1. Each session that was promised a call-back must have exactly one
    waiting call-back. The national desk must be able to decrypt the phone number of this call-back."""
    with database.reading() as session:
        waiting = books.calls(session)
    of_session: defaultdict[str, list[WaitingCall]] = defaultdict(list)
    for call in waiting:
        of_session[call.session_key].append(call)
    kept = {key: of_session[key] for key in promised}
    return [
        *(f"{len(calls)} calls wait for one that was promised" for calls in kept.values() if len(calls) != 1),
        *(
            f"call-back {calls[0].id} does not open to the number that asked"
            for key, calls in kept.items()
            if len(calls) == 1 and number(calls[0], national_key, weekly_lock) != promised[key]
        ),
    ]  # fmt: skip


def number(call: WaitingCall, national_key: bytes, weekly_lock: WeeklyLock) -> str:
    """Returns the phone number of a call-back, or an empty text if the number cannot be decrypted."""
    seal = {"uid": call.uid, "place": BOUND_AS, "desk": NATIONAL}
    try:
        grant = weekly_lock.unlock(call.encrypted_key, label(call.uid, NATIONAL))
        told = decrypt_tip(call.body, grant, private_key=national_key, **seal)
    except (DecryptionFailed, KeyMissing):
        return ""
    return told["number"]
