"""A session's row, held by a hop that changes something: read, and written where it changed, without the mapper."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from hotline.store.dialogue.contacts import Dialogue
from hotline.store.driver import PreparedStatement, new_values

STAYS = ("key", "channel", "entry", "responder_id", "started_at")
CHANGES = ("language", "counted", "ended_at", "heard", "heard_key", "starred")
_DIALOGUE = Dialogue.metadata.tables[Dialogue.__tablename__]
_COLUMNS = tuple(_DIALOGUE.c[name] for name in (*STAYS, *CHANGES))
_HELD = PreparedStatement(
    select(*_COLUMNS).where(_DIALOGUE.c.key == bindparam("held")).with_for_update(),
    *(column.type for column in _COLUMNS),
)


@dataclass(slots=True)
class HeldDialogue:
    """What the columns mean stands at `Dialogue`. A list in it is replaced, never added to."""

    key: str
    channel: str
    entry: str
    responder_id: int | None
    started_at: datetime
    language: str
    counted: list[str]
    ended_at: datetime | None
    heard: int
    heard_key: str | None = field(repr=False)
    starred: list[str] | None
    read: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self.read = {name: getattr(self, name) for name in CHANGES}


def hold(session: Session, key: str) -> HeldDialogue | None:
    """The row as it is committed, held until this transaction ends."""
    row = _HELD.first(session, held=key)
    return None if row is None else HeldDialogue(*row)


def keep(session: Session, dialogue: HeldDialogue) -> None:
    """Write what was changed of it."""
    new = {name: getattr(dialogue, name) for name in CHANGES}
    changed = tuple(name for name in CHANGES if new[name] != dialogue.read[name])
    if changed:
        given = {f"new_{name}": new[name] for name in changed}
        _writing(changed).rows(session, held=dialogue.key, **given)
        dialogue.read = new


@cache
def _writing(names: tuple[str, ...]) -> PreparedStatement:
    """Made once for each set of columns: there are few."""
    here = update(_DIALOGUE).where(_DIALOGUE.c.key == bindparam("held"))
    return PreparedStatement(here.values(new_values(names)))
