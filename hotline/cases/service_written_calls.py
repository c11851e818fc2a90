"""Writes down a call that a desk took on another line, such as 116. Its form has the questions of the report.

The tip is encrypted, assigned and escalated like the tip of a caller. No number of the caller is kept.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hotline.alerts import service_intake
from hotline.alerts.service_intake import ReportAttempt
from hotline.core.actors import SignedIn
from hotline.core.contexts import Context
from hotline.flows.flow import MenuNode, Text
from hotline.gateway.tables_sessions import LockedDialogue
from hotline.people import tables_audit
from hotline.text.codes import ABROAD, OPERATOR, SOURCE, UNSURE, is_district
from hotline.text.places import camps, districts, sectors
from hotline.tips import queries_report
from hotline.tips.rules import WORDS, Matter

PLACE, COUNTRY = "place", "country"
"""The fields of the form that are not a menu of the report: the code of a place, and the country of a place abroad."""
ASKED = ("danger", "official", "leaves", "kind", "who", "visit")
"""The menus of the report that the form shows, in its order. The menu `leaves` is asked only for a place abroad."""
NEEDED = ("danger", "official", "kind")
MAX_WORDS = 480


@dataclass(frozen=True, slots=True)
class CallQuestion:
    """A question of the report, with the label of each answer by its value."""

    text: Text
    answers: Mapping[str, Text]


def call_questions(context: Context) -> Mapping[str, CallQuestion]:
    """Returns the questions of the published report, by name. Raises NotReady."""
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
    """Returns the name of each district, with the codes and names of the district, its sectors and its camps."""
    return [
        (one.name, [(area.code, area.name) for area in (one, *sectors(one.code), *camps(one.code))])
        for one in districts()
    ]


def report_answers(typed: Mapping[str, str]) -> Mapping[str, str]:
    """Returns the answers of a report from the fields of the form. Leaves out empty fields."""
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
    """Returns the fields that need an answer, or that have an unknown one."""
    wrong = {name for name in NEEDED if not typed.get(name)}
    wrong |= {
        name for name, one in questions.items() if typed.get(name, "") not in ("", *one.answers)
    }
    known = {code for _, areas in places() for code, _ in areas}
    return frozenset(wrong if typed.get(PLACE) in (ABROAD, UNSURE, *known) else {*wrong, PLACE})


def write_down(context: Context, by: SignedIn, once: str, typed: Mapping[str, str]) -> None:
    """Files the tip of a call, and alerts responders. If the same form is sent again, changes nothing.

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
        if queries_report.tip_of_attempt(session, identity) is not None:
            return
        tip = service_intake.store_report(session, context, dialogue, attempt, caller="")
        assert tip is not None
        session.flush()
        tables_audit.append_command(session, by.actor, at, "call_written", f"tip:{tip.id}")
        service_intake.before_commit(context, (tip,))
    service_intake.announce(context, (tip,))
