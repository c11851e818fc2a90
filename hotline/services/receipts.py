"""Receipts: a number and a PIN to ask after a tip with, from any phone. Wrong, expired and used up look alike.

`give` and `record` run inside their caller's transaction; `look` changes nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hotline.domain import receipt
from hotline.engine.flow import Book
from hotline.engine.run import Facts, Run
from hotline.ports import Kit
from hotline.services import answering, call_backs
from hotline.services.playing import Asked, gathers
from hotline.store import audit, receipts, retention
from hotline.store.contacts import Dialogue
from hotline.store.database import Session
from hotline.store.receipts import Inquiry

OFFERED = "receipts"
"""The flag of a line that can give and read receipts."""
SHOWN = "receipt"
"""The place in a text where the session's own number stands."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a number and a PIN open. Nothing of it is for a log."""

    said: Sequence[str]
    receipt_key: str | None = field(default=None, repr=False)
    number_key: str | None = field(default=None, repr=False)
    """None where it is no try: it was one before, or the check digit told that a thumb slipped."""

    @property
    def flags(self) -> Mapping[str, bool]:
        return dict.fromkeys(self.said, True)


class _Own(Mapping[str, str]):
    """A session's own number, worked out where a text has a place for it: hardly any has."""

    def __init__(self, kit: Kit, session_key: str) -> None:
        self._pseudonyms = kit.pseudonyms
        self._session_key = session_key

    def __getitem__(self, name: str) -> str:
        if name != SHOWN:
            raise KeyError(name)
        return receipt.spaced(receipt.number_from(self._pseudonyms.receipt_seed(self._session_key)))

    def __iter__(self) -> Iterator[str]:
        return iter((SHOWN,))

    def __len__(self) -> int:
        return 1


def facts(kit: Kit, session_key: str) -> Facts:
    """What a flow may show and offer of receipts in this session."""
    if not kit.pseudonyms.knows_receipts:
        return Facts()
    return Facts(flags={OFFERED: True}, words=_Own(kit, session_key))


def give(session: Session, kit: Kit, dialogue: Dialogue, *, passage: int, pin: str) -> None:
    """What this passage told is found from now on by the session's number and this PIN."""
    number = receipt.number_from(kit.pseudonyms.receipt_seed(dialogue.key))
    key = kit.pseudonyms.receipt(number, pin)
    receipts.give(session, dialogue.key, passage=passage, receipt_key=key)


def look(kit: Kit, book: Book, session_key: str, caller: str, asked: Asked) -> Look:
    """What they open; what the same hop was told before, if it comes again. Raises StoreUnavailable."""
    if not receipt.well_formed(asked.number):
        return Look(())
    at, pseudonyms = kit.now(), kit.pseudonyms
    number_key = pseudonyms.receipt_number(asked.number)
    with kit.database.reading() as session:
        for before in receipts.inquiries(session, session_key):
            if before.upto == asked.upto:
                return Look(before.said, before.receipt_key)

        most, within = receipt.OF_A_CONTACT
        contact_key = pseudonyms.contact(caller, at)
        worn = receipts.tries_of_contact(session, contact_key, at - within) >= most
        most, within = receipt.OF_A_NUMBER
        worn = worn or receipts.tries_of_number(session, number_key, at - within) >= most
        key = pseudonyms.receipt(asked.number, asked.pin)
        found = receipts.find(session, key)
        question = answering.offered(session, kit, book, found.tip_ids)

    status = receipt.status_of(found.progress)
    if worn or status is None:
        return Look((), None, number_key)
    return Look((f"status.{status}", *question), key, number_key)


def record(
    session: Session, kit: Kit, session_key: str, caller: str, upto: int, seen: Look
) -> None:
    """One try more, and what it was told."""
    if seen.number_key is None:
        return
    row = Inquiry(
        session_key=session_key,
        upto=upto,
        contact_key=kit.pseudonyms.contact(caller, kit.now()),
        number_key=seen.number_key,
        receipt_key=seen.receipt_key,
        said=[*seen.said],
        at=kit.now(),
    )
    receipts.note(session, row)


def erase(session: Session, kit: Kit, session_key: str) -> None:
    """She takes her words back: what this session's newest PIN opened keeps its codes, and nothing that she said.

    A number that was left for a call goes too. Whoever acts on it goes on acting; the audit log says what happened.
    """
    opened = [row.receipt_key for row in receipts.inquiries(session, session_key)]
    if not opened or opened[-1] is None:
        return
    ids = retention.unheld(session, receipts.find(session, opened[-1]).tip_ids)
    for tip_id in ids:
        call_backs.withdraw(session, kit, tip_id)
        audit.append(
            session, at=kit.now(), actor="receipt", action="tip_erased", subject=f"tip:{tip_id}"
        )
    retention.entomb(session, ids, kit.now())


def answer(session: Session, kit: Kit, session_key: str, said: str, *, language: str) -> None:
    """Her answer to the question that this session's newest PIN has opened."""
    opened = receipts.inquiries(session, session_key)
    if opened and (key := opened[-1].receipt_key) is not None:
        ids = receipts.find(session, key).tip_ids
        seen = opened[-1].said
        answering.take(session, kit, tip_ids=ids, seen=seen, said=said, language=language)


def learned(kit: Kit, book: Book, run: Run, session_key: str) -> dict[int, Look]:
    """What this session's PINs have opened, by how much of the text was heard: for whoever stands behind one."""
    if not gathers(book, run, receipt.RECEIPT):
        return {}
    with kit.database.reading() as session:
        tried = receipts.inquiries(session, session_key)
        return {row.upto: Look(row.said, row.receipt_key) for row in tried}
