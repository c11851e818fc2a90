"""How a session began, and where it is played: what its flows are told, from its first hop to its last.

A replay is told the same, whatever has changed meanwhile.
"""

from collections.abc import Mapping

from hotline.domain.dialogue.ussd import Opening, UssdHop, entry_of
from hotline.engine.flow import Book, numbers_shown
from hotline.engine.run import Facts, Option
from hotline.engine.screen import DEFAULT_LIMIT
from hotline.errors import StrangeCaller
from hotline.ports import Kit
from hotline.services.dialogue import entry_cases
from hotline.services.dialogue.entry_cases import CaseFlags
from hotline.services.referrals import call_back_requests, referral
from hotline.services.replay import SessionContext, landing
from hotline.services.rolls import certificates, joining
from hotline.services.tips import receipts
from hotline.store.dialogue.contacts import Dialogue
from hotline.store.people import responders
from hotline.text.languages import CODES, FIRST

MY_CASES = "my_cases"


def opened(kit: Kit, hop: UssdHop, key: str) -> Opening:
    """What is true of a session that begins with this hop. Raises NotReady, StoreUnavailable."""
    revision_id = kit.books.live()
    book = kit.books.book(revision_id)
    with kit.database.reading() as session:
        reporting = referral.may_be_offered(session, kit.now())
        responder_id = None
        if hop.shows_number and _is_private(book, hop.text):
            number_key = kit.pseudonyms.enrolled(hop.caller)
            enrolled = responders.enrolled(session, number_key)
            responder_id = enrolled.id if enrolled else None

    entry, _ = landing(book, hop.text, enrolled=responder_id is not None)
    return Opening(
        key=key,
        revision_id=revision_id,
        entry=entry,
        dialled=len(hop.text),
        reporting=reporting,
        responder_id=responder_id,
        network=hop.network,
        started_at=kit.now(),
        caller_key=kit.pseudonyms.caller(key, hop.caller),
    )


def opening_of(row: Dialogue) -> Opening:
    """As it was written down when the session began."""
    return Opening(
        key=row.key,
        revision_id=row.revision_id,
        entry=row.entry,
        dialled=row.dialled,
        reporting=row.reporting,
        responder_id=row.responder_id,
        network=row.network,
        started_at=row.started_at,
        caller_key=row.caller_key,
    )


def ends_of(row: Dialogue) -> dict[int, int]:
    """Of words that hold a `*`, where they begin and end in the session's text."""
    pairs = (mark.split("-") for mark in row.starred or ())
    return {int(begins): int(ends) for begins, ends in pairs}


def check_caller(kit: Kit, opening: Opening, hop: UssdHop) -> None:
    """Raises StrangeCaller where a session began on another phone. One that an older process began does not say."""
    known = opening.caller_key
    if known is not None and known != kit.pseudonyms.caller(opening.key, hop.caller):
        raise StrangeCaller


def stage_of(kit: Kit, opening: Opening, hop: UssdHop) -> SessionContext:
    """Raises NotFound, StoreUnavailable."""
    limits = kit.line.limits
    book = kit.books.book(opening.revision_id)
    return SessionContext(
        book=book,
        facts=_facts(kit, book, opening, hop),
        opening=opening,
        limit=limits.get(opening.network or "", limits.get("", DEFAULT_LIMIT)),
    )


def _facts(kit: Kit, book: Book, opening: Opening, hop: UssdHop) -> Facts:
    """As they stood when the session began: a replay is told the same. Whose a case is, is asked when she takes it."""
    cases: tuple[str, ...] = ()
    hers: dict[str, bool] = {}
    language = None
    if opening.responder_id is not None:
        with kit.database.reading() as session:
            names, held = entry_cases.listed(session, opening.responder_id, opening.started_at)
            cases = tuple(names)
            late = referral.quicker(session, opening.responder_id)
            hers = entry_cases.flags(session, opening.responder_id, late, held)
            language = responders.language_of(session, opening.responder_id)
    of_receipts = receipts.facts(kit, opening.key)
    of_lessons = certificates.facts(kit, book, opening, hop.caller)
    options = tuple(Option(case, dict.fromkeys(CODES, case)) for case in cases)
    return Facts(
        flags=CaseFlags(
            {
                **numbers_shown(book, opening.started_at.date()),
                "reporting": opening.reporting,
                "has_cases": bool(options),
                **hers,
                **(call_back_requests.flags(kit, book, opening) if hop.shows_number else {}),
                **joining.flags(kit, book, opening, hop),
                **of_receipts.flags,
                **of_lessons.flags,
            }
        ),
        lists={MY_CASES: options},
        words=_together(of_receipts.words, of_lessons.words),
        language=language or FIRST,
    )


def _together(one: Mapping[str, str], other: Mapping[str, str]) -> Mapping[str, str]:
    """Both, and not worked out where one is enough."""
    return {**one, **other} if one and other else one or other


def _is_private(book: Book, dialled: str) -> bool:
    entry, _ = entry_of(dialled, book.entries)
    return bool(entry) and book.flows[book.entries[entry]].private
