"""What an account writes down of a person of a case: the acts of a responder's phone, and what a deciding body said."""

from dataclasses import replace

from hotline.domain import trial
from hotline.domain.accounts.account import SignedIn
from hotline.domain.cases.entries import EntryKind, EntryWay
from hotline.domain.cases.may_record import StopReason
from hotline.domain.cases.people_codes import CONSENT, ConsentCode, PersonCodes
from hotline.domain.jobs import Job
from hotline.domain.tip import Matter
from hotline.errors import CodesRefused, NotFound
from hotline.ports import ConsoleKit
from hotline.services.cases import people
from hotline.services.cases.entries import EntryBy
from hotline.services.cases.people import PersonAct
from hotline.services.doorbell import ring
from hotline.services.referrals.helping import recording
from hotline.services.tips.desk_viewer import viewer_of
from hotline.services.tips.persons.case_persons import case_key, key_of
from hotline.store.cases import case_log, case_people
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.referrals import referrals
from hotline.store.referrals.desk_pages import tip_pages
from hotline.store.tips.tips import Tip

CLOSED = "closed"
"""The stop of a case that is over: nobody new is met there."""


def note(
    kit: ConsoleKit,
    by: SignedIn,
    token: str,
    tip_id: int,
    kind: EntryKind,
    said: PersonCodes,
    *,
    once: str,
    corrects: int | None,
) -> None:
    """Writes down what a form says, with its row of the audit log. A form about somebody new has the number 0.

    `once`: the form's own word, so that what is sent twice is written once.
    Raises NotFound where this account may know of no such tip, CodesRefused, ValueError for codes of no list, and
    KeyMissing or SealBroken where its key opens nothing of the case.
    """
    private_key, at, actor = key_of(kit, token), kit.now(), audit.by_actor(by.actor)
    with kit.database.writing() as session:
        viewer = viewer_of(session, by)
        tip_pages.seen(session, viewer, tip_id)
        tip = referrals.tip_for_writing(session, tip_id)
        if tip.matter != Matter.TIP or tip.channel in trial.UNCOUNTED:
            raise NotFound(f"tip {tip_id} is about no person who was met")
        key = f"{tip_id}:{by.account_id}:{once}"
        if case_log.is_written(session, f"{kind}:{key}"):
            return
        desk, private = case_key(session, kit, by, private_key, viewer, tip)
        act = PersonAct(
            kind,
            _numbered(session, tip, said).checked(kind),
            EntryBy(actor, EntryWay.CONSOLE, desk, viewer.responder_id),
            at,
            key,
            corrects,
        )
        _check(session, tip, act, private)
        done = recording.record(session, kit, tip, act, private=private)
        if done.entry_id is not None:
            subject = f"tip:{tip_id}"
            audit.append(
                session, at=at, actor=actor, action="person_noted", subject=subject, reason=""
            )
    if done.to_ring is not None:
        ring(kit, Job.DELIVER, done.to_ring)


def _numbered(session: Session, tip: Tip, said: PersonCodes) -> PersonCodes:
    """Gives somebody new the next number of the case."""
    numbers = (row.n for row in case_people.of_tip(session, tip.id))
    return said if said.n else replace(said, n=max(numbers, default=0) + 1)


def _check(session: Session, tip: Tip, act: PersonAct, private: bytes | None) -> None:
    """What the screens of a phone never offer. Raises CodesRefused."""
    if act.kind is EntryKind.SCREENED and tip.closed_at is not None and act.supersedes is None:
        raise CodesRefused(CLOSED)
    if act.kind is not EntryKind.CONSENT or act.said.codes[CONSENT] != ConsentCode.YES:
        return
    known = people.opened(session, tip, private)
    if any(one.n == act.said.n and one.is_child for one in known):
        raise CodesRefused(StopReason.UNDECIDED)
