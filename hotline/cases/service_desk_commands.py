"""Carries out commands of console accounts on a tip. Before each command, it checks that the account may see the tip.

The module also links two tips as the same situation, and removes such links. Linked tips stay separate.
"""

from collections.abc import Callable, Sequence

from hotline.alerts import (
    queries,
    service_case_events,
    service_closing,
    service_commands,
    service_correction,
)
from hotline.alerts.rules_replies import BUTTONS, Command, CommandResult
from hotline.cases import queries_list, service_exclusions, service_persons, service_retention
from hotline.cases.service_viewer import check_decides, check_national, check_visible, viewer_of
from hotline.core import rules_trial
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext, Context
from hotline.core.database import Session
from hotline.errors import EndRefused, NotFound
from hotline.gateway.doorbell import ringing
from hotline.people import tables_audit
from hotline.tips import queries_duplicates, queries_visible
from hotline.tips.queries_visible import Viewer
from hotline.tips.rules_duplicates import LikelyPair, LinkReason
from hotline.tips.rules_events import UNDONE, WHY, YES, EventChannel, LoggedEvent
from hotline.tips.rules_persons import MetPerson
from hotline.tips.rules_receipts import TipRefusal
from hotline.tips.tables import Tip

ACTIONS = ("tips_linked", "tips_unlinked")
"""The names in the audit log for commands that also name another tip. An account sees such a row only if it may also
see the other tip."""


def other_tip(reason: str) -> int | None:
    """Returns the id of the other tip that such a row names."""
    number = reason.partition(":")[0].removeprefix("tip ")
    return int(number) if number.isdecimal() else None


def link_tips(
    context: Context, a: int, b: int, *, viewer: Viewer | None, actor: str, reason: str
) -> None:
    """Links two tips as the same situation, even if the link was removed before. Raises NotFound, EndRefused."""
    with context.database.writing() as session:
        _check(session, a, b, viewer)
        if any(session.get_one(Tip, one).channel in rules_trial.UNCOUNTED for one in (a, b)):
            raise EndRefused("a drill or a test report cannot be linked to another tip")
        row = queries_duplicates.link_between(session, a, b)
        if row is None:
            queries_duplicates.add_links(
                session, [LikelyPair(a, b, LinkReason.SAID)], actor, context.now()
            )
        elif row.undone_at is None:
            raise EndRefused(f"tips {a} and {b} are linked already", TipRefusal.LINKED_ALREADY)
        else:
            row.reason, row.by, row.at = LinkReason.SAID, actor, context.now()
            row.undone_by = row.undone_at = None
        _record(session, context, "tips_linked", a, b, actor, reason)


def unlink_tips(
    context: Context, a: int, b: int, *, viewer: Viewer | None, actor: str, reason: str
) -> None:
    """Removes a link between two tips.

    After that, only a person can link them again. Raises NotFound, EndRefused.
    """
    with context.database.writing() as session:
        _check(session, a, b, viewer)
        row = queries_duplicates.link_between(session, a, b)
        if row is None or row.undone_at is not None:
            raise EndRefused(f"tips {a} and {b} are not linked", TipRefusal.NOT_LINKED)
        row.undone_by, row.undone_at = actor, context.now()
        _record(session, context, "tips_unlinked", a, b, actor, reason)


def _check(session: Session, a: int, b: int, viewer: Viewer | None) -> None:
    """Raises NotFound for a tip that the viewer may not see, and EndRefused if both tips are the same."""
    if a == b:
        raise EndRefused("a tip cannot be linked to itself: enter another tip", TipRefusal.SAME_TIP)
    for tip_id in (a, b):
        if not queries_visible.is_visible(session, tip_id, viewer):
            raise NotFound(f"there is no tip {tip_id}")


def _record(
    session: Session, context: Context, action: str, a: int, b: int, actor: str, reason: str
) -> None:
    codes = {WHY: LinkReason.SAID.value, **({UNDONE: YES} if action == "tips_unlinked" else {})}
    for one, other in ((a, b), (b, a)):
        by, at = service_case_events.EventActor(actor), context.now()
        key, why = f"{other}:{one}:{at.timestamp()}", f"tip {other}: {reason}"
        service_case_events.write_event(
            session, one, LoggedEvent.LINKED, by, at, key=key, codes=codes
        )
        tables_audit.append_about_tip(session, one, action, actor, at, why)


def _checked(
    action: Callable[..., object],
    may: Callable[[ConsoleContext, SignedIn, int], None] = check_visible,
) -> Callable[..., None]:
    """Makes a command for accounts from the function `action`. The command first checks that the account may see the
    tip. `may` is the function that checks this.

    The command raises NotFound and the errors of `action`.
    """

    def does(
        context: ConsoleContext, by: SignedIn, tip_id: int, *, reason: str, **values: object
    ) -> None:
        may(context, by, tip_id)
        action(context, tip_id, by=by.actor, reason=reason, **values)

    return does


close_tip = _checked(service_retention.close_tip)
"""Closes a tip. If a second person must confirm the closure, only records the request."""
reopen, helped = _checked(service_retention.reopen_tip), _checked(service_retention.record_help)
hold = _checked(service_retention.set_legal_hold, check_decides)
lift = _checked(service_retention.lift_legal_hold, check_decides)
decide_erasure = _checked(service_closing.decide_erasure, check_decides)
decide_visit = _checked(service_correction.decide_visit, check_decides)
exclude = _checked(service_exclusions.exclude, check_national)


def confirm_closure(
    context: ConsoleContext, by: SignedIn, token: str, tip_id: int, *, agrees: bool, reason: str
) -> None:
    """Confirms or refuses a requested closure. The account is the second person, from the desk that decides.

    Raises NotFound, EndRefused. Raises KeyMissing or DecryptionFailed if this account cannot decrypt the codes about
    persons.
    """
    check_decides(context, by, tip_id)

    def people(session: Session, tip: Tip) -> Sequence[MetPerson]:
        return service_persons.persons_for_rules(session, context, by, token, tip)

    service_retention.confirm_closure(
        context,
        tip_id,
        agrees=agrees,
        by=by.actor,
        reason=reason,
        people=people if agrees else None,
    )


def others_to_erase(context: ConsoleContext, by: SignedIn, tip_id: int) -> Sequence[int]:
    """Returns those other tips of the same erasure request that this account may see."""
    found = service_closing.undecided_others(context, tip_id)
    with context.database.reading() as session:
        return sorted(queries_list.visible_tips(session, viewer_of(session, by), found))


def set_link(
    context: ConsoleContext, by: SignedIn, tip_id: int, other: int, *, like: bool, reason: str
) -> None:
    """Records that two tips are about the same situation, or that they are not. Raises NotFound, EndRefused."""
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
    change, actor = link_tips if like else unlink_tips, tables_audit.actor_of(by.actor)
    change(context, tip_id, other, viewer=viewer, actor=actor, reason=reason)


def request_lift(
    context: ConsoleContext, by: SignedIn, tip_id: int, exclusion_id: int, reason: str
) -> None:
    """Requests that an exclusion from a tip is lifted. A second person must decide. Raises NotFound."""
    check_national(context, by, tip_id)
    with context.database.reading() as session:
        rows = queries_visible.current_exclusions(session, tip_id)
        if exclusion_id not in {row.id for row in rows}:
            raise NotFound(f"tip {tip_id}: the tip has no such exclusion: load the page again")
    service_exclusions.request_lift(context, by.actor, exclusion_id, reason)


def carry_out(context: ConsoleContext, by: SignedIn, tip_id: int, does: str) -> CommandResult:
    """Carries out a responder's command that the responder gave in the console. Raises NotFound, EndRefused."""
    at = context.now()
    with ringing(context) as session:
        viewer = viewer_of(session, by)
        queries_list.visible_tip(session, viewer, tip_id)
        if viewer.responder_id is None or does not in BUTTONS:
            raise NotFound(f"tip {tip_id}: this account does not belong to a responder")
        assignment = queries.newest_assignment(session, tip_id, viewer.responder_id)
        if assignment is None:
            raise EndRefused(f"tip {tip_id}: this responder got no alert about the case")
        given = (BUTTONS[does], EventChannel.CONSOLE, at)
        asked = Command(viewer.responder_id, assignment.reference, *given)
        return service_commands.carry_out(session, context, asked).result
