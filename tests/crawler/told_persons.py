"""Gives the answers for a tour about the persons of a case. The choice decides if an entry is stored, stopped, or
never answered."""

from collections.abc import Mapping

from hotline.alerts.rules_replies import CommandResult
from hotline.cases.decrypt_reader_commands import RESULT_PREFIX
from hotline.cases.rules_reading_requests import PERSON, UNREADABLE, ReaderAnswer

HERS, ARRIVAL, THIRTY, AGAIN = "K7Q4", "A7RV", "T3RY", "G4NA"
"""Four cases. The responder has the first case, and the second case asks who arrived.

The third case asks about a person after thirty days, and in the fourth case a service refused.
"""
TIME = "25/11 14:05"
TWO = (("1", "1 Zuzuwoman"), ("2", "2 Zuzuman"))
ABOUT_FLAGS = (
    *(f"people.{HERS}", f"has_people.{HERS}", f"awaits.{HERS}.2", f"adult.{HERS}.1"),
    *(f"arrival_due.{ARRIVAL}", f"arrivals.{ARRIVAL}"),
    *(f"thirty_due.{THIRTY}", f"thirties.{THIRTY}"),
    *(f"consent_due.{AGAIN}", f"says_no.{AGAIN}.1", f"woman_asks.{AGAIN}"),
)
ABOUT_LISTS = {
    f"my_people.{HERS}": TWO,
    f"arrival_people.{ARRIVAL}": TWO,
    f"thirty_people.{THIRTY}": TWO,
    f"consent_people.{AGAIN}": TWO[:1],
}
ABOUT_CASES = (HERS, ARRIVAL, THIRTY, AGAIN)
HELD_UP: Mapping[str, tuple[str, ...]] = {
    "shelter": (UNREADABLE,),
    "health": (f"{RESULT_PREFIX}{CommandResult.NOT_TAKEN_YET}",),
    "child_officer": ("person_stopped", "says_no"),
    "police": ("person_stopped", "undecided"),
    "legal": ("person_stopped", "too_early"),
    "journey_home": (f"{RESULT_PREFIX}{CommandResult.OVER}",),
}
"""The results of choosing a service. With these results, the answers about a person are not stored."""
COMES_TO = {"labour": "possible", "sex": "not_indicated"}
"""The results of the screening form, by the kind of exploitation."""


def about(told: ReaderAnswer) -> ReaderAnswer:
    """Adds the known facts about the persons of these cases to the lists."""
    lists = {**told.lists, **ABOUT_LISTS}
    return ReaderAnswer((*told.flags, *ABOUT_FLAGS), lists, told.words)


def of_person(codes: Mapping[str, str]) -> ReaderAnswer | None:
    """Returns the reader's answer about a person. For one form and one answer of a service it returns None, like a
    reader that does not answer."""
    if codes.get("form") == "servitude" or codes.get("answer") == "no_room":
        return None
    held = HELD_UP.get(codes.get("service", ""))
    if held is not None:
        return ReaderAnswer(held)
    comes_to = [COMES_TO.get(codes.get("form", ""), "unclear")]
    no = ["says_no"] if codes.get("answer") == "person_refused" else []
    return ReaderAnswer(("person_kept", *comes_to, *no), words={PERSON: "3", "time": TIME})
