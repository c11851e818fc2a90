"""Tips in: sealed as they are told, filed at the hop that the product promises, one row for one telling.

`note`, `erase` and `file_drafts` run inside their caller's transaction; `announce` rings after its commit.
"""

import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hotline.domain import trial
from hotline.domain.call_back import ANSWERS
from hotline.domain.jobs import Job
from hotline.domain.referrals.coming import visit_told
from hotline.domain.tip import (
    NOT_SAID,
    Matter,
    TipState,
    TipSummary,
    Urgency,
    furthest,
    left,
    told,
)
from hotline.domain.tips.complaint import complained
from hotline.ports import Kit
from hotline.services.doorbell import ring
from hotline.services.reach import outreach
from hotline.services.referrals import clusters, coming, correcting
from hotline.services.referrals.case_standing import coming_of
from hotline.services.referrals.correcting import Route
from hotline.store.database import Session
from hotline.store.desk import desks
from hotline.store.dialogue.contacts import Dialogue
from hotline.store.outbox import lanes
from hotline.store.tips import tips, untold
from hotline.store.tips.tips import Tip

logger = logging.getLogger(__name__)

SILENCE = timedelta(minutes=3)
WHOLE = (TipState.FILED, TipState.COMPLETE)
COMES_TO = {Matter.TIP: told, Matter.COMPLAINT: complained}
"""What answers come to, by what is told with them."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What one passage through a report, or a complaint, has answered by now. Answers stay out of `repr`."""

    answers: Mapping[str, str]
    passage: int
    completed: bool
    language: str
    matter: Matter = Matter.TIP

    def __repr__(self) -> str:
        return f"Telling(passage={self.passage}, completed={self.completed})"


def note(
    session: Session, kit: Kit, dialogue: Dialogue, telling: Telling, *, contact_key: str
) -> Tip | None:
    """Write down what was told, from the first answer on: a new tip, or a fuller or corrected one of its passage.

    Where the passage told a whole tip already, half of another place is nothing.
    """
    come_to = COMES_TO[telling.matter](telling.answers, completed=telling.completed)
    if come_to is None:
        return None
    identity = kit.pseudonyms.identity(dialogue.key, str(telling.passage))
    tip = tips.with_identity(session, identity)
    tip = tip or tips.of_passage(session, dialogue.key, telling.passage)

    if tip is None:
        tip = _new(kit, dialogue, telling, identity=identity, contact_key=contact_key)
    kind, before, route = tip.category, coming_of(tip), correcting.route_of(tip)
    if route.filed and left(come_to.place) is TipState.FRAGMENT:
        return None
    was = TipState(tip.state)
    _fill(kit, tip, come_to, telling, route)
    state = furthest(was, come_to.state)
    if state is TipState.FRAGMENT or (dialogue.ended_at is not None and state is TipState.DRAFT):
        state = left(tip.place)

    correcting.keep_place(session, tip, route, kit.now())
    grants = _seal(session, kit, tip, telling)
    session.add(tip)
    session.flush()
    tips.grant(session, tip, grants)
    if telling.matter is Matter.TIP and clusters.note(session, kit, tip, telling.answers, kind):
        # No longer sure to be like its cluster: it waits to be told of again, and rings if it is not.
        tip.referred_urgency = None
    if was is TipState.FRAGMENT and route.place != tip.place:
        tip.referred_urgency = None
    _reach_state(session, kit, tip, state)
    correcting.tell(session, kit, tip, route, come_to.official, kit.now())
    coming.tell_mark(session, kit, tip, before, kit.now())
    return tip


def erase(session: Session, kit: Kit, dialogue: Dialogue, *, up_to_passage: int) -> None:
    """`000`: drafts are forgotten, and what is filed is marked: everybody who was told of it learns how to go."""
    for tip in tips.erase(session, dialogue.key, up_to_passage=up_to_passage):
        before = coming_of(tip)
        tip.do_not_visit = True
        coming.tell_mark(session, kit, tip, before, kit.now())


def file_drafts(session: Session, kit: Kit, drafts: Iterable[Tip]) -> Sequence[Tip]:
    """Nobody will add to these: they are tips as they stand. Opens and seals nothing."""
    filed = tuple(drafts)
    for tip in filed:
        _reach_state(session, kit, tip, left(tip.place))
    return filed


def rescue_silent(kit: Kit, older_than: timedelta = SILENCE) -> None:
    """File what was told and then left in silence. For the clock: it flips states and needs no key."""
    with kit.database.reading() as session:
        if not tips.any_silent(session, kit.now() - older_than):
            return

    with kit.database.writing() as session:
        drafts = tips.silent_drafts(session, kit.now() - older_than)
        filed = file_drafts(session, kit, drafts)
        before_commit(kit, filed)
    announce(kit, filed)


def before_commit(kit: Kit, written: Sequence[Tip]) -> None:
    if written:
        kit.failpoint("tip.before_commit")


def announce(kit: Kit, committed: Sequence[Tip]) -> None:
    """Ring for every tip that is to be referred, or referred more urgently. A dead doorbell is the clock's affair."""
    if not committed:
        return
    kit.failpoint("tip.after_commit")
    due = [tip.id for tip in committed if _wants_referral(tip)]
    if not due:
        return

    kit.failpoint("tip.before_doorbell")
    for tip_id in due:
        if not ring(kit, Job.REFER_TIP, tip_id):
            return


def _wants_referral(tip: Tip) -> bool:
    if tip.state == TipState.DRAFT:
        return False
    if tip.referred_urgency is None or tip.urgency < tip.referred_urgency:
        return True
    # It was filed by what was written last, and waits by a row of its own.
    waits_since = tip.referred_at
    return waits_since is not None and tip.updated_at <= waits_since == tip.filed_at


def _new(kit: Kit, dialogue: Dialogue, telling: Telling, *, identity: str, contact_key: str) -> Tip:
    return Tip(
        uid=secrets.token_hex(16),
        identity=identity,
        session_key=dialogue.key,
        passage=telling.passage,
        matter=telling.matter,
        state=TipState.DRAFT,
        channel=dialogue.channel,
        entry=dialogue.entry,
        urgency=Urgency.HEARD,
        do_not_visit=False,
        contact_key=contact_key,
        created_at=kit.now(),
    )


def _fill(kit: Kit, tip: Tip, come_to: TipSummary, telling: Telling, before: Route) -> None:
    """The columns in clear. Once it is no draft its urgency only rises: somebody may be on the way already."""
    is_draft = tip.state == TipState.DRAFT
    tip.language = telling.language
    tip.place = come_to.place
    tip.within = come_to.within
    tip.sector = come_to.sector
    tip.category = come_to.category
    tip.urgency = come_to.urgency if is_draft else min(tip.urgency, come_to.urgency)
    tip.official = correcting.official_of(before, come_to.official)
    tip.basis = come_to.basis
    tip.visit = visit_told(tip.visit, telling.answers.get("visit"), filed=not is_draft)
    tip.updated_at = kit.now()


def _seal(session: Session, kit: Kit, tip: Tip, telling: Telling) -> Mapping[str, bytes]:
    """Seal the answers to whoever may read them; the grants of the new body.

    A desk whose key is missing or broken cannot read it: the tip is kept and told of all the same, and an alarm raised.
    """
    wanted = correcting.readers(session, tip)
    keys = desks.public_keys(session, wanted)

    answers = {name: said for name, said in telling.answers.items() if name not in ANSWERS}
    sealed = kit.sealer.tip(answers, uid=tip.uid, place=tip.place, desks=keys, at=kit.now())
    locked = [code for code in wanted if code not in sealed.grants]
    if locked:
        logger.critical("alarm: details are locked: %d desks have no key that works", len(locked))
    tip.locked_for = " ".join(locked) or None
    tip.body = sealed.body
    return sealed.grants


def _reach_state(session: Session, kit: Kit, tip: Tip, state: TipState) -> None:
    """Move a tip on. The moment it stops being a draft it is filed, and counted, once; a fragment apart from tips."""
    now = kit.now()
    rings_for_nobody = state is TipState.FRAGMENT and tip.place == NOT_SAID
    if tip.state == TipState.DRAFT and state is not TipState.DRAFT:
        tip.filed_at = now
        if tip.channel != trial.CHANNEL and not rings_for_nobody:
            untold.put(session, tip, lanes.relay_reads_untold())
    if tip.state == TipState.FRAGMENT and state is not TipState.FRAGMENT:
        outreach.log_fragment(session, tip, tip.filed_at or now, by=-1)
    if tip.state != state and state is TipState.FRAGMENT:
        outreach.log_fragment(session, tip, now)
    elif tip.state in (TipState.DRAFT, TipState.FRAGMENT) and state in WHOLE:
        outreach.log_tip(session, tip)
    if rings_for_nobody:
        tip.referred_urgency = Urgency.DANGER
    if tip.state != TipState.COMPLETE and state is TipState.COMPLETE:
        tip.completed_at = now
    tip.state = state
