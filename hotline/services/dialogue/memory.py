"""What the line remembers of a session between two hops: encrypted, and never needed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hotline.domain.dialogue.ussd import Opening
from hotline.engine.run import Run
from hotline.errors import RunsUnavailable
from hotline.ports import DoorKit


@dataclass(frozen=True, slots=True)
class LastHeard:
    """The newest text that was answered: its length and digest, never itself, and where it led."""

    length: int
    digest: str
    answer: str = field(repr=False)
    run: Run = field(repr=False)
    opening: Opening
    topics: frozenset[str] = frozenset()
    """Topics that are counted, and committed: reading one again changes nothing."""

    @property
    def told(self) -> bool:
        """Whether it holds more than where somebody stands: an answer, a passage that gathers, a responder's cases."""
        return bool(self.run.answers or self.run.passage or self.opening.responder_id is not None)

    def to_dict(self) -> dict[str, Any]:
        o = self.opening
        return {
            "length": self.length,
            "digest": self.digest,
            "answer": self.answer,
            "run": self.run.to_dict(),
            "opening": [
                o.key,
                o.revision_id,
                o.entry,
                o.dialled,
                o.reporting,
                o.responder_id,
                o.network,
                o.started_at.isoformat(),
            ],
            "topics": sorted(self.topics),
            "caller": o.caller_key,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "LastHeard":
        """Raises KeyError, TypeError or ValueError for what another release may have written."""
        *opening, started_at = document["opening"]
        begun = [*opening, datetime.fromisoformat(started_at), document.get("caller")]
        return cls(
            length=int(document["length"]),
            digest=str(document["digest"]),
            answer=str(document["answer"]),
            run=Run.from_dict(document["run"]),
            opening=Opening(*begun),
            topics=frozenset(document.get("topics", ())),
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """What was found, and whether there is a use in writing: who did not answer is not asked twice in one hop."""

    heard: LastHeard | None
    answers: bool


def recall(kit: DoorKit, key: str) -> Memory:
    """Never raises: what cannot be read is forgotten, and the hop goes on by replay."""
    try:
        document = kit.runs.load(key)
    except RunsUnavailable:
        return Memory(None, answers=False)
    if document is None:
        return Memory(None, answers=True)

    try:
        return Memory(LastHeard.from_dict(document), answers=True)
    except (KeyError, TypeError, ValueError):
        return Memory(None, answers=True)


def remember(kit: DoorKit, memory: Memory, heard: LastHeard) -> None:
    """Keep the newest text; a late repeat of an earlier one is not it. Never raises."""
    older = memory.heard is not None and memory.heard.length > heard.length
    if older or not memory.answers:
        return
    try:
        kit.runs.save(heard.opening.key, heard.to_dict(), told=heard.told)
    except RunsUnavailable:
        return
