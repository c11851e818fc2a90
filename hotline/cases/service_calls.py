"""Shows officers of the national desk the phone numbers for call-backs. Also files tips that officers write down during
calls to a phone line other than the hotline, such as 116.

An account of the national desk requests a number. After a second account has approved the request, the first account
decrypts the number with its own key. A person who is excluded from a tip cannot see the call-back of the tip.

For a call to a different line, an officer answers the same questions as a caller. The hotline encrypts, assigns and
escalates the tip like the tip of a caller. The hotline does not store the caller's number.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline.alerts import decrypt_call_backs, service_intake
from hotline.alerts.service_intake import ReportAttempt
from hotline.cases import queries
from hotline.cases.service_desk_commands import checked
from hotline.cases.service_persons import account_key
from hotline.cases.service_viewer import is_national, viewer_of
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext, Context
from hotline.core.database import Session
from hotline.flows.flow import MenuNode, Text
from hotline.gateway.tables import LockedDialogue
from hotline.people import decrypt_grants, tables_audit
from hotline.people.rules import of_account
from hotline.people.tables_accounts import is_same_person
from hotline.text.errors import NotFound
from hotline.text.places import (
    ABROAD,
    NATIONAL,
    OPERATOR,
    SOURCE,
    UNSURE,
    camps,
    districts,
    is_district,
    sectors,
)
from hotline.tips import queries as tips_queries
from hotline.tips import tables_persons
from hotline.tips.rules import WORDS, Matter
from hotline.tips.rules_receipts import CallBackState, Window

MAX_LINES = 50
"""The maximum number of call-backs on the page. Pending call-backs come first. The call-backs that have ended follow,
the newest first."""


class CallLine(NamedTuple):
    """A call-back without its phone number, with the commands that this account can give now."""

    id: int
    tip_id: int
    state: CallBackState
    window: Window
    has_second: bool
    """True if the caller agreed to a second time window for the call-back."""
    asked_by: str
    asked_at: datetime | None
    reason: str
    """The reason that an officer typed when requesting the number."""
    approved_by: str
    outcome: str
    may_ask: bool
    may_approve: bool
    may_open: bool
    may_end: bool


def list_call_backs(context: ConsoleContext, by: SignedIn) -> Sequence[CallLine]:
    """Returns the call-backs, with the pending call-backs first.

    Returns an empty list for an account that cannot read the tips of the national desk.
    """
    at, me = context.now(), tables_audit.by_actor(by.actor)
    with context.database.reading() as session:
        viewer = viewer_of(session, by)
        rows = tables_persons.visible_call_backs(session, viewer) if is_national(viewer) else ()
        return [_line(session, row, me, row.window.is_open(at)) for row in rows[:MAX_LINES]]


def decrypt_call(
    context: ConsoleContext, by: SignedIn, token: str, call_back_id: int, reason: str
) -> decrypt_call_backs.CallDetails:
    """Returns the decrypted phone number and code word of a call-back. Uses the private key of the account, which the
    session has already decrypted.

    Raises NotFound, CallRefused, KeyMissing, DecryptionFailed.
    """
    _check(context, by, call_back_id)
    private_key = account_key(context, token)

    def keys() -> Sequence[bytes]:
        with context.database.reading() as session:
            member = of_account(by.account_id)
            return decrypt_grants.decrypt_desk_as(session, NATIONAL, member, private_key)

    return decrypt_call_backs.decrypt_call(
        context, call_back_id, by=by.actor, reason=reason, keys=keys
    )


def _check(context: ConsoleContext, by: SignedIn, call_back_id: int) -> None:
    """Raises NotFound unless the account belongs to the national desk and may see the tip."""
    with context.database.reading() as session:
        row, viewer = session.get(tables_persons.CallBack, call_back_id), viewer_of(session, by)
        if (
            row is None
            or not is_national(viewer)
            or not queries.visible_tips(session, viewer, [row.tip_id])
        ):
            raise NotFound(f"there is no call-back {call_back_id}: see `hotline callbacks list`")


request_number = checked(decrypt_call_backs.request_number, _check)
approve_request = checked(decrypt_call_backs.approve_request, _check)
record_outcome = checked(decrypt_call_backs.record_outcome, _check)


def _line(session: Session, row: tables_persons.CallBack, me: str, is_open: bool) -> CallLine:
    found = tables_audit.entries(session, subject=f"call-back:{row.id}") if row.asked_by else ()
    asked = next((one for one in reversed(found) if one.action == "call_back_wanted"), None)
    waits = row.state == CallBackState.WAITING
    mine = row.asked_by is not None and is_same_person(session, row.asked_by, me)
    approved = row.approved_by is not None
    return CallLine(
        id=row.id,
        tip_id=row.tip_id,
        state=CallBackState(row.state),
        window=row.window,
        has_second=row.again_at is not None,
        asked_by=tables_audit.name_in(row.asked_by or ""),
        asked_at=None if asked is None else asked.at,
        reason="" if asked is None else asked.reason,
        approved_by=tables_audit.name_in(row.approved_by or ""),
        outcome=row.outcome or "",
        may_ask=waits and not mine,
        may_approve=waits and row.asked_by is not None and not mine and not approved,
        may_open=waits and mine and approved and is_open,
        may_end=waits and row.opened_at is not None,
    )


PLACE, COUNTRY = "place", "country"
"""Two fields of the form for a call: the code of a place, and the country of a place abroad. A caller answers these
questions in menus instead."""
ASKED = ("danger", "official", "leaves", "kind", "who", "visit")
"""The menus of the report that the form shows, in order. The form shows the menu `leaves` only if the place is
abroad."""
NEEDED = ("danger", "official", "kind")
MAX_WORDS = 480


class CallQuestion(NamedTuple):
    """A question of the report. Maps the value of each answer to its label."""

    text: Text
    answers: Mapping[str, Text]


def call_questions(context: Context) -> Mapping[str, CallQuestion]:
    """Returns the questions of the published report, keyed by name. Raises NotReady."""
    flow_set = context.flow_sets.get(context.flow_sets.live())
    report = next(flow for flow in flow_set.flows.values() if flow.gathers == Matter.TIP)
    found: dict[str, CallQuestion] = {}
    for node in report.nodes.values():
        if isinstance(node, MenuNode) and node.saves in ASKED:
            before = found.get(node.saves, CallQuestion(node.text, {}))
            labels = {one.value: one.label for one in node.choices if one.value}
            found[node.saves] = CallQuestion(before.text, {**before.answers, **labels})
    return {name: found[name] for name in ASKED if name in found}


def places() -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """Returns the name of each district, with the codes and names of its places: the district itself, its sectors and
    its camps."""
    return [
        (one.name, [(area.code, area.name) for area in (one, *sectors(one.code), *camps(one.code))])
        for one in districts()
    ]


def report_answers(typed: Mapping[str, str]) -> Mapping[str, str]:
    """Returns the answers of a report from the typed fields of the form, without empty fields."""
    place = typed[PLACE]
    answers = {name: typed[name] for name in (*ASKED, WORDS) if typed.get(name)}
    if place == ABROAD:
        return {**answers, "province": ABROAD, COUNTRY: typed.get(COUNTRY) or UNSURE}
    answers.pop("leaves", None)
    if not is_district(place[:2]):
        return {**answers, "province": UNSURE}
    answers |= {"province": place[:1], "district": place[:2]}
    return {**answers, "sector": place} if len(place) > len(place[:2]) else answers


def missing_fields(
    typed: Mapping[str, str], questions: Mapping[str, CallQuestion]
) -> frozenset[str]:
    """Returns the names of the fields that are needed but empty, or whose answer is not in the list of answers."""
    wrong = {name for name in NEEDED if not typed.get(name)}
    wrong |= {
        name for name, one in questions.items() if typed.get(name, "") not in ("", *one.answers)
    }
    known = {code for _, areas in places() for code, _ in areas}
    return frozenset(wrong if typed.get(PLACE) in (ABROAD, UNSURE, *known) else {*wrong, PLACE})


def write_down(context: Context, by: SignedIn, once: str, typed: Mapping[str, str]) -> None:
    """Files the tip that an officer wrote down during a call, and alerts responders. If the officer sends the same form
    again, changes nothing.

    Raises StoreUnavailable.
    """
    at, answers = context.now(), {**report_answers(typed), SOURCE: OPERATOR}
    identity = hashlib.sha256(f"written down\0{by.account_id}\0{once}".encode()).hexdigest()
    dialogue = LockedDialogue(
        key=identity,
        channel=OPERATOR,
        entry="",
        responder_id=None,
        started_at=at,
        language=by.language,
        counted=[],
        ended_at=at,
        committed=0,
        text_key=None,
        starred=None,
    )
    attempt = ReportAttempt(answers, 1, True, by.language, identity=identity)
    with context.database.writing() as session:
        if tips_queries.tip_of_attempt(session, identity) is not None:
            return
        tip = service_intake.store_report(session, context, dialogue, attempt, caller="")
        assert tip is not None
        session.flush()
        tables_audit.append_command(session, by.actor, at, "call_written", f"tip:{tip.id}")
        service_intake.before_commit(context, (tip,))
    service_intake.announce(context, (tip,))
