"""Lets a person read topics by SMS: a word opens a topic, and a digit or a word continues.

Only a person who asked to read gets an answer. Between two messages the run store keeps the conversation state,
encrypted. It may be lost, and then the person sends the word again. Reports, receipts and call-backs are not available
this way (`sms_screens.talk_context`).
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hotline.core.context import DoorKit
from hotline.core.database import Session
from hotline.core.jobs import Job
from hotline.dialogue import service_answers, service_commit, service_sms_screens, service_sms_tips
from hotline.dialogue.replay_cache import Step
from hotline.dialogue.rules_sms_tips import cannot_wait
from hotline.dialogue.service_commit import EffectContext
from hotline.dialogue.service_sms_screens import LONGEST_KEY, Spoken, TalkContext
from hotline.errors import RunsUnavailable
from hotline.flows.run import Run
from hotline.gateway import tables_sessions
from hotline.gateway.doorbell import ring
from hotline.gateway.rules_message import AnswerForm, MessageIn
from hotline.text.keying import keys
from hotline.text.languages import FIRST
from hotline.text.topics import AskedTopic, asked

SMS = "sms"
IDLE = timedelta(minutes=30)
"""Time after which a digit means nothing, because another person may have the phone."""
KEPT = timedelta(hours=2)
"""Time that a conversation is remembered. One digit that is too late gets a hint to begin again."""
ECHO = timedelta(minutes=1)
"""Time in which a repeat of the same word for the same screen gets no answer. Only a machine is that fast."""


@dataclass(frozen=True, slots=True)
class Talk:
    """The conversation state of a person who reads by SMS."""

    key: str
    """Key in the run store: a digest under this week's key."""
    dialogue: str
    revision_id: int
    entry: str
    run: Run = field(repr=False)
    began: datetime
    at: datetime
    lost: bool = False
    """True if the last message was not understood or came too late. The next such message gets no answer."""

    def to_dict(self) -> dict[str, Any]:
        return {
            "dialogue": self.dialogue,
            "revision": self.revision_id,
            "entry": self.entry,
            "run": self.run.to_dict(),
            "began": self.began.isoformat(),
            "at": self.at.isoformat(),
            "lost": self.lost,
        }

    @classmethod
    def from_dict(cls, key: str, document: Mapping[str, Any]) -> "Talk":
        """Reads a stored conversation. Raises KeyError, TypeError or ValueError if another release wrote it."""
        return cls(
            key=key,
            dialogue=str(document["dialogue"]),
            revision_id=int(document["revision"]),
            entry=str(document["entry"]),
            run=Run.from_dict(document["run"]),
            began=datetime.fromisoformat(document["began"]),
            at=datetime.fromisoformat(document["at"]),
            lost=bool(document["lost"]),
        )


@dataclass(frozen=True, slots=True)
class HeardMessage:
    """The meaning of a message, found before the transaction opens."""

    talk: Talk
    spoken: Spoken
    on: TalkContext
    form: AnswerForm = AnswerForm.SCREEN
    silent: bool = False
    """True if the message gets no answer."""


def gather(kit: DoorKit, message: MessageIn) -> HeardMessage | None:
    """Returns what a sender asks to read. None if the message asks for nothing of this kind.

    The sender is not enrolled. Raises NotReady if no flows were ever published, and StoreUnavailable.
    """
    if cannot_wait(message.text):
        return None
    at = kit.now()
    key = kit.pseudonyms.session(f"talk {kit.pseudonyms.contact(message.sender, at)}")
    talk = _recalled(kit, key)
    awake = talk is not None and not talk.run.finished and at - talk.at <= IDLE

    if talk is not None and awake:
        on = _stage(kit, talk.revision_id, talk.began)
        spoken = service_sms_screens.go_on(on, talk.run, message.text)
        if spoken is not None:
            went = replace(talk, run=spoken.run, at=at, lost=spoken.again)
            return HeardMessage(went, spoken, on, silent=spoken.again and talk.lost)
    wanted = asked(message.text)
    if wanted is not None:
        return _begun(kit, message, wanted, key, talk, at)
    late = keys(message.text)
    if talk is not None and not awake and late.isdecimal() and len(late) <= LONGEST_KEY:
        on = _stage(kit, talk.revision_id, talk.began)
        return HeardMessage(
            replace(talk, lost=True), Spoken(talk.run), on, AnswerForm.HINT, silent=talk.lost
        )
    return None


def note(
    session: Session, kit: DoorKit, message: MessageIn, heard: HeardMessage, at: datetime
) -> int | None:
    """Counts the screens that were read and writes the answer, in the caller's transaction. Returns its id, if any."""
    talk, spoken = heard.talk, heard.spoken
    dialogue = service_sms_tips.held_or_begun(
        session, kit, message, talk.dialogue, talk.revision_id, talk.began, entry=talk.entry
    )
    context = EffectContext(kit, heard.on.book, dialogue.key, message.sender)
    service_commit.in_transaction(session, context, dialogue, [Step(1, spoken.run, spoken.events)])
    tables_sessions.keep(session, dialogue)
    session.flush()
    if heard.silent:
        return None
    says: Mapping[str, Any] = {}
    if heard.form is AnswerForm.SCREEN:
        says = service_sms_screens.written(spoken.run, heard.on, again=spoken.again)
    return service_answers.write(
        session,
        kit,
        to=message.sender,
        says=service_answers.Says(heard.form, talk.revision_id, says, spoken.run.language),
        at=at,
    )


def announce(kit: DoorKit, heard: HeardMessage | None, answer_id: int | None) -> None:
    """Stores the conversation and rings for the answer, after the commit."""
    if heard is None:
        return
    with suppress(RunsUnavailable):
        kit.runs.save(heard.talk.key, heard.talk.to_dict(), seconds=int(KEPT.total_seconds()))
    if answer_id is not None:
        ring(kit, Job.ANSWER, answer_id)


def _begun(
    kit: DoorKit,
    message: MessageIn,
    wanted: AskedTopic,
    key: str,
    before: Talk | None,
    at: datetime,
) -> HeardMessage:
    revision_id = kit.books.live()
    on = _stage(kit, revision_id, at)
    spoken = service_sms_screens.begin(
        on, wanted, before.run.language if before is not None else FIRST
    )
    echo = before is not None and before.run == spoken.run and at - before.at < ECHO
    talk = Talk(
        key=key,
        dialogue=kit.pseudonyms.session(f"talk {message.provider_id}"),
        revision_id=revision_id,
        entry=wanted.topic,
        run=spoken.run,
        began=at,
        at=at,
    )
    if before is not None and echo:
        return HeardMessage(replace(before, at=at), Spoken(before.run), on, silent=True)
    return HeardMessage(talk, spoken, on)


def _recalled(kit: DoorKit, key: str) -> Talk | None:
    try:
        found = kit.runs.load(key)
        return None if found is None else Talk.from_dict(key, found)
    except (RunsUnavailable, KeyError, TypeError, ValueError):
        return None


def _stage(kit: DoorKit, revision_id: int, began: datetime) -> TalkContext:
    return service_sms_screens.talk_context(kit.books.book(revision_id), began.date())
