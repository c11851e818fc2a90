"""What an account of the console does with a tip that it may know of. Each asks first whether it may."""

from collections.abc import Sequence

from hotline.domain.accounts.account import SignedIn
from hotline.domain.cases.entries import EntryWay
from hotline.domain.cases.persons import MetPerson
from hotline.domain.jobs import Job
from hotline.domain.referrals.coming import Manner
from hotline.domain.sms.rules_replies import BUTTONS
from hotline.domain.tip import TipOutcome
from hotline.domain.tips.acts import Act, Acted
from hotline.errors import EndRefused, NotFound
from hotline.ports import ConsoleKit
from hotline.services.doorbell import ring
from hotline.services.referrals import casework, coming, erasures
from hotline.services.tips import keeping_from, lifting, linking, retention
from hotline.services.tips.desk_viewer import check, check_national, viewer_of
from hotline.services.tips.keeping_from import KeptFrom
from hotline.services.tips.persons import case_persons
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.referrals import referrals
from hotline.store.referrals.desk_pages import tip_pages
from hotline.store.tips import exclusions
from hotline.store.tips.exclusions import ExclusionReason
from hotline.store.tips.tips import Tip


def close(kit: ConsoleKit, by: SignedIn, tip_id: int, outcome: TipOutcome, reason: str) -> bool:
    """Whether it is closed: where a second person judges first, it is not yet. Raises NotFound."""
    check(kit, by, tip_id)
    kept = retention.close_tip(kit, tip_id, by=by.actor, reason=reason, outcome=outcome)
    return kept.tip.closed_at is not None


def judge(
    kit: ConsoleKit, by: SignedIn, token: str, tip_id: int, *, agrees: bool, reason: str
) -> None:
    """Confirms or refuses a closure, as a second person of the national desk.

    Raises NotFound, EndRefused; KeyMissing or SealBroken where this account cannot open what was noted of persons.
    """
    check_national(kit, by, tip_id)

    def people(session: Session, tip: Tip) -> Sequence[MetPerson]:
        return case_persons.known(session, kit, by, token, tip)

    retention.judge_end(
        kit, tip_id, agrees=agrees, by=by.actor, reason=reason, people=people if agrees else None
    )


def reopen(kit: ConsoleKit, by: SignedIn, tip_id: int, reason: str) -> None:
    """Raises NotFound, EndRefused."""
    check(kit, by, tip_id)
    retention.reopen_tip(kit, tip_id, by=by.actor, reason=reason)


def helped(kit: ConsoleKit, by: SignedIn, tip_id: int, reason: str) -> None:
    """Raises NotFound."""
    check(kit, by, tip_id)
    retention.helped(kit, tip_id, by=by.actor, reason=reason)


def hold(kit: ConsoleKit, by: SignedIn, tip_id: int, *, holds: bool, reason: str) -> None:
    """A court wants its words kept, or wants them no more. Raises NotFound."""
    check_national(kit, by, tip_id)
    act = retention.hold if holds else retention.lift
    act(kit, tip_id, by=by.actor, reason=reason)


def decide_erasure(
    kit: ConsoleKit, by: SignedIn, tip_id: int, *, erases: bool, reason: str
) -> None:
    """Erases the words now, or keeps them 30 days more. Raises NotFound, ErasureRefused."""
    check_national(kit, by, tip_id)
    erasures.decide(kit, tip_id, erases=erases, by=by.actor, reason=reason)


def others_to_erase(kit: ConsoleKit, by: SignedIn, tip_id: int) -> Sequence[int]:
    """Returns other tips that the same request is for, as far as this account may know of them."""
    found = erasures.undecided_others(kit, tip_id)
    with kit.database.reading() as session:
        return sorted(tip_pages.known(session, viewer_of(session, by), found))


def say_how(kit: ConsoleKit, by: SignedIn, tip_id: int, manner: Manner, reason: str) -> None:
    """The national desk says how to go. Raises NotFound, EndRefused."""
    check_national(kit, by, tip_id)
    coming.say(kit, tip_id, manner, by=by.actor, reason=reason)


def keep_from(
    kit: ConsoleKit, by: SignedIn, tip_id: int, whom: KeptFrom, why: str, reason: str
) -> None:
    """`why` is an `ExclusionReason`. Raises NotFound, EndRefused."""
    check_national(kit, by, tip_id)
    keeping_from.keep_from(kit, tip_id, whom, ExclusionReason(why), by=by.actor, reason=reason)


def say_like(
    kit: ConsoleKit, by: SignedIn, tip_id: int, other: int, *, like: bool, reason: str
) -> None:
    """That two tips are one situation, or are not. Raises NotFound, EndRefused."""
    with kit.database.reading() as session:
        viewer = viewer_of(session, by)
    says = linking.link if like else linking.unlink
    says(kit, tip_id, other, viewer=viewer, actor=audit.signer(by.actor), reason=reason)


def let_know(kit: ConsoleKit, by: SignedIn, tip_id: int, exclusion_id: int, reason: str) -> None:
    """Ask that they may know of it again: another person decides. Raises NotFound."""
    check_national(kit, by, tip_id)
    with kit.database.reading() as session:
        if exclusion_id not in {row.id for row in exclusions.standing(session, tip_id)}:
            raise NotFound(f"tip {tip_id} is kept from nobody by that")
    lifting.ask(kit, by.actor, exclusion_id, reason)


def act(kit: ConsoleKit, by: SignedIn, tip_id: int, does: str) -> Acted:
    """What a person says of a tip that she was told of, as by her phone. Raises NotFound, EndRefused."""
    at = kit.now()
    with kit.database.writing() as session:
        viewer = viewer_of(session, by)
        tip_pages.seen(session, viewer, tip_id)
        if viewer.responder_id is None or does not in BUTTONS:
            raise NotFound(f"tip {tip_id}: this account is no responder's")
        told = referrals.newest_of(session, tip_id, viewer.responder_id)
        if told is None:
            raise EndRefused(f"tip {tip_id}: she was not told of it")
        asked = Act(viewer.responder_id, told.reference, BUTTONS[does], EntryWay.CONSOLE, at)
        done = casework.act(session, kit, asked)
    if done.to_ring is not None:
        ring(kit, Job.DELIVER, done.to_ring)
    return done.result
