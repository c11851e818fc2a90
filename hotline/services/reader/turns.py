"""One hop that waits for the reader, and what is done behind its PIN in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hotline.domain.dialogue.asks import PIN, AskKind, ReaderAsk
from hotline.domain.wording import Template
from hotline.services.reader.reader_kit import ReaderKit
from hotline.services.referrals.case_standing import RESPONDER
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.outbox.messages import Referral
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals
from hotline.store.tips.tips import Tip


@dataclass(frozen=True, slots=True)
class ReaderTry:
    """A hop that waits for the reader. What was typed stays out of `repr`."""

    ask_id: int
    reading_id: int
    kind: AskKind
    public_key: bytes
    session_key: str
    bound: str
    responder_id: int | None
    typed: Mapping[str, str] = field(repr=False)
    """Out of the sealed box: empty where it does not open."""

    @property
    def pin(self) -> str:
        return self.typed.get(PIN, "")

    @property
    def comes_first(self) -> bool:
        """Phones that are enrolled, or that keyed a right code, come before those that are nobody's."""
        return self.responder_id is not None or self.kind is not AskKind.VIEW


@dataclass(slots=True)
class ReaderTurn:
    """What a responder asks, in the transaction that answers it. Keys and what was typed stay out of `repr`."""

    session: Session
    kit: ReaderKit
    person: Responder
    ask: ReaderAsk
    at: datetime
    private: bytes = field(default=b"", repr=False)
    """The responder's private key; empty where the PIN was wrong."""
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def actor(self) -> str:
        return f"{RESPONDER}{self.person.id}"

    def known(self) -> tuple[Tip, Referral] | None:
        """Returns the case that is asked for, with its alert; None where it is none of this responder's any more."""
        alert = referrals.of_responder(self.session, self.person.id, self.ask.reference)
        if alert is None or alert.released_at is not None:
            return None
        return self.session.get_one(Tip, alert.tip_id), alert

    def open_case(self) -> Tip | None:
        """Returns the case that is asked for, where it is open and still this responder's."""
        known = self.known()
        return None if known is None or known[0].closed_at is not None else known[0]

    def say(self, template: Template, **words: str) -> str:
        """Returns a text in the responder's language."""
        return self.kit.phrases.say(self.person.language, template, **words)

    def log(self, action: str, reason: str, subject: str = "") -> None:
        """Writes into the audit log what this responder did: to themselves, where no subject is given."""
        actor, at = self.actor, self.at
        subject = subject or actor
        audit.append(
            self.session, at=at, actor=actor, action=action, subject=subject, reason=reason
        )
