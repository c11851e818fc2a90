"""What is open when an invented year ends: calls asked for, changes of words, and what a second person decides.

Nothing of it is in a figure, and nobody is told of it before the demo runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex

from hotline.cli.year.casework import DESK
from hotline.cli.year.drills import BY
from hotline.cli.year.people import everybody_of
from hotline.cli.year.year_line import YearLine
from hotline.domain.call_back import ANSWERS_TOO, DAY, PART, WANTED, WORD, Part
from hotline.domain.changes.change import StepKind
from hotline.domain.evidence.edition import Edition, Span
from hotline.domain.flows.review import ENGLISH, ReviewedText
from hotline.domain.people.posting import WantedPosting
from hotline.domain.places.places import districts
from hotline.domain.referrals.drills.exercise import WantedExercise
from hotline.domain.referrals.referral import Level
from hotline.services.changes import drafts, folders, proposing, steps
from hotline.services.changes.drafts import NewStep
from hotline.services.desk import call_back_desk
from hotline.services.evidence import editions, exporting
from hotline.services.people import personnel
from hotline.services.people.dossiers import postings
from hotline.services.referrals import call_back_requests
from hotline.services.referrals.drills import plans
from hotline.services.words import text_questions
from hotline.services.words.word_faults import said_so
from hotline.store.dialogue.held import HeldDialogue
from hotline.store.referrals import referrals
from hotline.store.tips.tips import Tip

WHY = "an invented one"
CALLS = 3
AGREED: Mapping[str, str] = {
    WANTED: "yes",
    ANSWERS_TOO: "alone",
    DAY: "either",
    PART: Part.EVENING,
    WORD: "rice",
}
DRAFT = (
    "An invented change: shorter words about debts",
    "learn.debt.say.text",
    "It happens on farms, in mines, on building sites, in shops. To men and to women. No debt holds anyone.",
)
PROPOSED = (
    "An invented change: shorter words about work in houses",
    "learn.house.say.text",
    "Some workers may not leave the house. They work day and night and are not paid. Their phone is taken.",
)
"""Of each change the title, the text that it changes, and its new English: nobody invents Kinyarwanda here."""
ASKED_OF = ("rw", "learn.sex.say.text", "An invented question: is there a plainer word for this?")


@dataclass
class StillOpen:
    """The last hour of the year."""

    line: YearLine

    def leave(self) -> None:
        self._calls()
        self._change(*DRAFT)
        proposing.propose(self.line.desk, BY, self._change(*PROPOSED), keeps_languages=True)
        text_questions.ask(self.line.desk, BY, *ASKED_OF)
        self._second_person()

    def _calls(self) -> None:
        """The newest callers who told everything. No screen of the year offers it: that takes a number that somebody
        signed. One of the desk wants to call, and waits for a second one.
        """
        desk, said = self.line.desk, self.line.ledger.sessions
        told = [(one.tip_id, one.msisdn) for one in said if one.tip_id and one.reported == "saved"]
        for tip_id, msisdn in told[-CALLS:]:
            with desk.database.writing() as session:
                tip = referrals.tip_for_writing(session, tip_id)
                call_back_requests.ask(
                    session, self.line.door, self._dialogue(tip), tip, AGREED, caller=msisdn
                )
        for waits in call_back_desk.listed(desk)[:1]:
            call_back_desk.ask_to_open(desk, waits.id, by=DESK, reason=WHY)

    def _dialogue(self, tip: Tip) -> HeldDialogue:
        """Hers, as if she were asked only now."""
        return HeldDialogue(
            key=tip.session_key,
            channel=tip.channel,
            entry=tip.entry,
            responder_id=None,
            started_at=self.line.clock.at,
            language=tip.language,
            counted=[],
            ended_at=None,
            heard=0,
            heard_key=None,
            starred=None,
        )

    def _change(self, title: str, place: str, words: str) -> int:
        desk, (flow, node, *_) = self.line.desk, place.split(".")
        change = folders.open_change(desk, BY, title, WHY)
        assert isinstance(change, int), "it has a title"
        now = drafts.draft(desk, change, flow)
        document = said_so(now.document, [ReviewedText(place, {ENGLISH: words})], ENGLISH)
        if document is not None:
            says = {"did": StepKind.EDITED, "node": node, "languages": [ENGLISH]}
            step = NewStep(flow, document, token_hex(8), says)
            steps.save_step(desk, BY, change, step, base_version=now.version)
        return change

    def _second_person(self) -> None:
        desk, area = self.line.desk, districts()[0]
        for month in editions.periods(desk, Edition.OUTSIDE, Span.MONTH)[:1]:
            exporting.ask(desk, BY, month, Edition.OUTSIDE, WHY)
        with desk.database.reading() as session:
            person = personnel.find(session, everybody_of(area)[0])
        postings.place(desk, BY, person.id, WantedPosting({area.code: Level.DEPUTY}), WHY)
        plans.ask(desk, BY, WantedExercise(area.code, at_night=True), WHY)
