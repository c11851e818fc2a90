"""One hop that waits for the reader, and what it brought."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hotline.domain.dialogue.asks import PIN, AskKind


@dataclass(frozen=True, slots=True)
class ReaderTry:
    """What was typed stays out of `repr`."""

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
