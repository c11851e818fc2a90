"""Certificates: what somebody is shown who passed every lesson, and what a superior is told of a code.

Nothing is kept of one: it is made anew from the roll's row and the line's key whenever it is shown. `pass_lesson` runs
inside its caller's transaction.
"""

from dataclasses import dataclass
from datetime import datetime

from hotline.domain.dialogue.ussd import Opening
from hotline.domain.rolls import certificate
from hotline.domain.rolls.certificate import Certificate, CertificateVerdict, Passed
from hotline.engine.flow import Book
from hotline.engine.run import Facts
from hotline.errors import KeyMissing
from hotline.ports import Kit
from hotline.services.rolls import joining
from hotline.services.rolls.joining import Learner
from hotline.store.database import Session
from hotline.store.rolls import joined
from hotline.store.rolls.joined import Joined


@dataclass(frozen=True, slots=True)
class Judged:
    """What a code is, and what it says where it is one of ours."""

    verdict: CertificateVerdict
    district: str = ""
    """Empty where it is of no one district."""
    month: str = ""
    until: str = ""
    """The last month in which it holds."""
    misread: bool = False
    """It cannot be one of any line: a letter is wrong, or missing."""


def facts(kit: Kit, book: Book, opening: Opening, caller: str) -> Facts:
    """The lessons a phone had passed when the session began, and the code that is hers, or will be with the last one.

    Nothing for whoever joined in this very session: she is not known before the next. A responder is known by her PIN.
    """
    who = joining.as_begun(kit, book, opening, caller)
    if who is None or not kit.pseudonyms.knows_certificates:
        return Facts()

    passed = {} if who.row is None else passed_of(who.row)
    before = {name: at for name, at in passed.items() if at < opening.started_at}
    living = certificate.still(before, opening.started_at)
    certified = certificate.whole(living)
    month = certificate.month_of(max(living.values()) if certified else opening.started_at)
    return Facts(
        flags={
            certificate.CERTIFICATES: True,
            certificate.CERTIFIED: certified,
            **{f"{certificate.PASSED}.{lesson}": True for lesson in living},
        },
        words={certificate.SHOWN: _code(kit, who, month)},
    )


def pass_lesson(session: Session, number_key: str, lesson: str, at: datetime) -> None:
    """Remember on the roll that this lesson was passed, in a session that began at this moment."""
    row = joined.for_writing(session, number_key)
    if row is None:
        return
    passed = certificate.with_lesson(passed_of(row), lesson, at)
    row.passed = {name: when.isoformat() for name, when in passed.items()}


def verify(kit: Kit, typed: str) -> Judged:
    """What a code is, for whoever was shown one. Raises KeyMissing."""
    meant = certificate.read(typed)
    if not kit.pseudonyms.knows_certificates:
        raise KeyMissing("no certificate.key is here: restore it (`hotline keys import`)")
    found = certificate.opened(meant, kit.pseudonyms.certificate) if meant else None
    verdict = certificate.verdict(found, kit.now())
    if found is None:
        return Judged(verdict, misread=meant is None)
    return Judged(
        verdict,
        "" if found.district == certificate.NO_DISTRICT else found.district,
        certificate.month_name(found.month),
        certificate.month_name(found.month + certificate.VALID_MONTHS),
    )


def passed_of(row: Joined) -> Passed:
    return {name: datetime.fromisoformat(when) for name, when in (row.passed or {}).items()}


def _code(kit: Kit, who: Learner, month: int) -> str:
    drawn = int(kit.pseudonyms.holder(who.number_key, month), 16)
    district = who.district or certificate.NO_DISTRICT
    mine = Certificate(district, month, drawn % certificate.SERIALS)
    return certificate.code_of(mine, kit.pseudonyms.certificate)
