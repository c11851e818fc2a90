"""Everything that waits for a second person, as sentences: each kind has its service, and one row in `DECIDE`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from hotline.domain.accounts.account import AccountRole, Actor, SignedIn
from hotline.domain.call_back import CallBackState
from hotline.domain.people.standing import EnrolmentKind
from hotline.errors import DeskRefused, NotFound
from hotline.ports import ConsoleKit
from hotline.services.accounts import approvals, new_links, sessions
from hotline.services.desk import admissions
from hotline.services.people import enrolment_decisions
from hotline.services.people.dossiers import desk_page, leaving, postings
from hotline.services.tips import desk_calls, waiting_closures
from hotline.services.tips.lifted import lifting
from hotline.text.remark import remark
from hotline.web.console import who
from hotline.web.console.people.waits import SecondDecision, WaitsForSecond, is_other, name_of
from hotline.web.console.who import phrase

ROLE, ENROLMENT, POSTING = "role", "enrolment", "posting"
ADMISSION, REMOVAL, LIFT = "admission", "removal", "lift"
LINK = "link"
CLOSURE, CALL = "closure", "call_back"


def everything(kit: ConsoleKit, by: SignedIn) -> Sequence[WaitsForSecond]:
    """Returns all that waits, as Today counts it and Approvals lists it: what is decided on another page first."""
    return [*_closures(kit, by), *_calls(kit, by), *waiting(kit, by)]


def _closures(kit: ConsoleKit, by: SignedIn) -> Iterator[WaitsForSecond]:
    """Yields closures of cases, the oldest request first. Each is decided on the page of its tip."""
    for one in waiting_closures.listed(kit, by) if by.roles & who.DESKS else ():
        yield WaitsForSecond(
            kind=CLOSURE,
            id=one.tip_id,
            phrase=phrase("{by} asks to close tip {tip}: {outcome}"),
            values={
                "by": one.requested_by,
                "tip": str(one.tip_id),
                "outcome": one.outcome.value,
            },
            asked_at=one.requested_at,
            expires_at=None,
            reason=one.reason,
            may_decide=one.may_confirm,
            tip_id=one.tip_id,
            age=one.age,
        )


def _calls(kit: ConsoleKit, by: SignedIn) -> Iterator[WaitsForSecond]:
    """Yields call-backs whose number a person of the national desk asked for. Each is approved on its own page."""
    for one in desk_calls.listed(kit, by) if AccountRole.NATIONAL in by.roles else ():
        if not one.wanted_by or one.approved_by or one.state is not CallBackState.WAITING:
            continue
        yield WaitsForSecond(
            kind=CALL,
            id=one.id,
            phrase=phrase("{by} asks for the number of call-back {call}, of tip {tip}"),
            values={"by": one.wanted_by, "call": str(one.id), "tip": str(one.tip_id)},
            asked_at=one.wanted_at or one.window.opens_at,
            expires_at=one.window.closes_at,
            reason=one.reason,
            may_decide=one.may_approve,
            call_back_id=one.id,
        )


def waiting(kit: ConsoleKit, by: SignedIn) -> Sequence[WaitsForSecond]:
    """Returns what is decided under Approvals itself and this account may see, the oldest first."""
    found = [*_admissions(kit, by)]
    if by.roles & who.RUNNING:
        found += [*_enrolments(kit, by), *_postings(kit, by), *_removals(kit, by)]
    if AccountRole.ADMIN in by.roles:
        found += [*_roles(kit, by), *_links(kit, by)]
    if AccountRole.NATIONAL in by.roles:
        found += _lifts(kit, by)
    marks = approvals.marks(kit, [one.id for one in found])
    marked = [replace(one, accounts=marks.get(one.id, ())) for one in found]
    return sorted(marked, key=lambda one: (one.asked_at, one.id))


def decide(kit: ConsoleKit, by: SignedIn, token: str, what: SecondDecision) -> None:
    """Raises HotlineError: what the service of that kind raises, and NotFound for a kind that is none of hers."""
    seen = {(one.kind, one.id): one for one in waiting(kit, by)}
    found = seen.get((what.kind, what.id))
    if found is None:
        raise NotFound("that was decided already, or its time is over")
    if what.approve and found.fingerprint and not what.is_compared:
        raise DeskRefused(
            remark("compare the four words with the person first, and tick that you did")
        )
    if what.kind == ADMISSION:
        _admit(kit, by.actor, token, what)
    elif what.kind == ROLE:
        approvals.decide(kit, by, what.id, approve=what.approve, reason=what.reason)
    else:
        DECIDE[what.kind](kit, by.actor, what.id, what.reason, approve=what.approve)


def _admit(kit: ConsoleKit, by: Actor, token: str, what: SecondDecision) -> None:
    if not what.approve:
        admissions.refuse(kit, by, what.id, what.reason)
        return
    key = sessions.key_of(kit, token)
    if key is None:
        raise NotFound("give your password and a code again first")
    admissions.admit(kit, by, key, what.id)


def _roles(kit: ConsoleKit, by: SignedIn) -> Iterator[WaitsForSecond]:
    for one in approvals.waiting(kit, by):
        yield WaitsForSecond(
            kind=ROLE,
            id=one.id,
            phrase=phrase("{by} asks that {about} becomes: {role}"),
            values={"by": one.asked_by, "about": one.about, "role": one.role},
            asked_at=one.asked_at,
            expires_at=one.expires_at,
            reason="",
            may_decide=one.may_decide,
        )


def _links(kit: ConsoleKit, by: SignedIn) -> Iterator[WaitsForSecond]:
    for one in new_links.waiting(kit):
        yield WaitsForSecond(
            kind=LINK,
            id=one.id,
            phrase=phrase(
                "{by} asks for a new link for {about}. When it is made, their password, their authenticator and their"
                " keys end."
            ),
            values={"by": one.asked_by, "about": one.about},
            asked_at=one.asked_at,
            expires_at=one.expires_at,
            reason=one.reason,
            may_decide=is_other(by, one.asker_id, one.asked_by, one.about),
        )


def _enrolments(kit: ConsoleKit, by: SignedIn) -> Iterator[WaitsForSecond]:
    """Shows no number. Only a number that a code has proved waits here."""
    for one in enrolment_decisions.waiting(kit):
        is_number = one.kind is EnrolmentKind.NUMBER
        yield WaitsForSecond(
            kind=ENROLMENT,
            id=one.approval_id,
            phrase=phrase("{by} asks for a new number of {about}. A code proved it.")
            if is_number
            else phrase("{by} asks to enrol {about} for {desks}. Phone and paper were proved."),
            values={
                "by": name_of(one.asked_by),
                "about": one.name,
                **({} if is_number else {"desks": ",".join(one.desks)}),
            },
            asked_at=one.proved_at,
            expires_at=one.lapses_at,
            reason=one.reason,
            may_decide=is_other(by, one.asker_id, one.asked_by, one.name),
        )


def _postings(kit: ConsoleKit, by: SignedIn) -> Iterator[WaitsForSecond]:
    for one in postings.waiting(kit):
        yield WaitsForSecond(
            kind=POSTING,
            id=one.id,
            phrase=phrase("{by} asks for more places of {about}: {places}"),
            values={
                "by": name_of(one.asked_by),
                "about": one.name,
                "places": ",".join(f"{code}={level}" for code, level in one.gains.items()),
            },
            asked_at=one.asked_at,
            expires_at=one.expires_at,
            reason=one.reason,
            may_decide=is_other(by, one.asker_id, one.asked_by, one.name),
        )


def _removals(kit: ConsoleKit, by: SignedIn) -> Iterator[WaitsForSecond]:
    for one in leaving.waiting(kit):
        yield WaitsForSecond(
            kind=REMOVAL,
            id=one.id,
            phrase=phrase(
                "{by} asks to take {about} away, one of the last two of the national desk."
                " Everything is closed to them already; they are still told of cases."
            ),
            values={"by": name_of(one.asked_by), "about": one.name},
            asked_at=one.asked_at,
            expires_at=one.expires_at,
            reason=one.reason,
            may_decide=is_other(by, one.asker_id, one.asked_by, one.name),
        )


def _admissions(kit: ConsoleKit, by: SignedIn) -> Iterator[WaitsForSecond]:
    for one in desk_page.admissions_for(kit, by):
        yield WaitsForSecond(
            kind=ADMISSION,
            id=one.id,
            phrase=phrase("{by} asks that {about} opens the desk {desk}"),
            values={"by": one.asked_by, "about": one.name, "desk": one.desk},
            asked_at=one.asked_at,
            expires_at=one.expires_at,
            reason=one.reason,
            may_decide=one.may_decide,
            needs_key=True,
            fingerprint=one.fingerprint,
        )


def _lifts(kit: ConsoleKit, by: SignedIn) -> Iterator[WaitsForSecond]:
    for one in lifting.waiting(kit, by.actor):
        yield WaitsForSecond(
            kind=LIFT,
            id=one.id,
            phrase=phrase("{by} asks that the desk {desk} may know of tip {tip} again")
            if one.is_desk
            else phrase("{by} asks that {about} may know of tip {tip} again"),
            values={
                "by": name_of(one.asked_by),
                "tip": str(one.tip_id),
                **({"desk": one.whom} if one.is_desk else {"about": one.whom}),
            },
            asked_at=one.asked_at,
            expires_at=one.expires_at,
            reason=one.reason,
            may_decide=is_other(by, one.asker_id, one.asked_by, one.whom),
        )


DECIDE: Mapping[str, Callable[..., object]] = {
    ENROLMENT: enrolment_decisions.decide_asked,
    POSTING: postings.decide,
    REMOVAL: leaving.decide,
    LIFT: lifting.decide,
    LINK: new_links.decide,
}
