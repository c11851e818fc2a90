"""Describes in a sentence what remains if the caller hangs up at a screen, for transcripts that editors review.
Pure."""

from collections.abc import Collection, Sequence

from hotline.alerts.service_intake import FACTS_OF
from hotline.flows.conversation import Completed, ConversationState, Event
from hotline.flows.flow import FlowSet, is_reporting
from hotline.text.places import NOT_SAID
from hotline.tips.rules import OVERSEEN, Matter, TipState, TipSummary, abandoned_state, desk_of

WHOLE = (TipState.FILED, TipState.COMPLETE)


def leaves(book: FlowSet, runs: Sequence[ConversationState], happened: Collection[Event]) -> str:
    """Returns a sentence about what remains if the caller hangs up now. The sentence is empty if the caller is not in a
    report.

    `runs` are the states of the report attempt, with the newest last. `happened` contains the events of the report
    attempt.
    """
    matter = next((one for one in Matter if is_reporting(book, runs[-1], one)), None)
    if matter is None:
        return ""
    completed = Completed(matter) in happened
    told = [FACTS_OF[matter](run.answers, completed=completed) for run in runs]
    newest = told[-1]
    if newest is None:
        return "nothing"
    before = [one for one in told if one is not None and one.state in WHOLE]
    if abandoned_state(newest.place) is TipState.FRAGMENT and before:
        newest = before[-1]
    return _sentence(newest)


def _sentence(told: TipSummary) -> str:
    whom = "its district" if desk_of(told.place, told.official) else "the national desk"
    if told.official == OVERSEEN:
        whom = "an oversight desk"
    if told.state in WHOLE:
        return f"{whom} is alerted already"
    if abandoned_state(told.place) is not TipState.FRAGMENT:
        return f"filed, and {whom} is alerted"
    if told.place == NOT_SAID:
        return "a fragment, which rings nobody"
    return "a fragment, of which the national desk is alerted once"
