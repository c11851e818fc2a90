"""Describes one hop that waits for the reader, and one transaction that answers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hotline.alerts import queries
from hotline.alerts.service_case_state import RESPONDER
from hotline.cases.decrypt_reader import ReaderKit
from hotline.cases.rules_reading_requests import PIN, AskKind, ReaderAsk
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway.tables import Referral
from hotline.people import tables_audit
from hotline.people.tables import Responder
from hotline.tips.tables import Tip


@dataclass(frozen=True, slots=True)
class ReaderTry:
    """A hop that waits for the reader. The typed answers do not appear in `repr`."""

    ask_id: int
    reading_id: int
    kind: AskKind
    public_key: bytes
    session_key: str
    bound: str
    responder_id: int | None
    typed: Mapping[str, str] = field(repr=False)
    """Decrypted from the box; empty if the box does not decrypt."""

    @property
    def pin(self) -> str:
        return self.typed.get(PIN, "")

    @property
    def comes_first(self) -> bool:
        """Returns True for a phone that is enrolled or that keyed a right code. Unknown phones wait for them."""
        return self.responder_id is not None or self.kind is not AskKind.VIEW


@dataclass(slots=True)
class ReaderTurn:
    """A responder's request, in the transaction that answers it. Keys and typed answers do not appear in `repr`."""

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
        """Returns the requested case, with its alert. None if the case is not this responder's any more."""
        alert = queries.of_responder(self.session, self.person.id, self.ask.reference)
        if alert is None or alert.released_at is not None:
            return None
        return self.session.get_one(Tip, alert.tip_id), alert

    def open_case(self) -> Tip | None:
        """Returns the requested case, if it is open and still this responder's; else None."""
        known = self.known()
        return None if known is None or known[0].closed_at is not None else known[0]

    def say(self, template: Template, **words: str) -> str:
        """Returns a text in the responder's language."""
        return self.kit.phrases.say(self.person.language, template, **words)

    def log(self, action: str, reason: str, subject: str = "") -> None:
        """Writes an act of this responder into the audit log. Without a subject, the responder is the subject."""
        actor, at = self.actor, self.at
        subject = subject or actor
        tables_audit.append(
            self.session, at=at, actor=actor, action=action, subject=subject, reason=reason
        )
