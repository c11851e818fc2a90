"""Reads and writes the parts of a tip that a hop needs. Uses plain SQL, because this is faster.

A report consists of many small answers, each in its own transaction. So each SQL statement is prepared only once. There
is one statement for both kinds of databases.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy import LargeBinary, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from hotline.core.database import new_record_key
from hotline.core.driver import PreparedStatement, new_values
from hotline.keys.encrypt import HEAD_BYTES
from hotline.tips.queries_duplicates import LikenessKeys, TipLikeness
from hotline.tips.tables import Grant, Tip, TipPlace

NEVER_CHANGED = (
    "uid",
    "identity",
    "session_key",
    "attempt",
    "matter",
    "channel",
    "entry",
    "contact_key",
    "created_at",
    "record_key",
)
READ = ("do_not_visit", "visit_decision")
_TIP, _GRANT = Tip.metadata.tables[Tip.__tablename__], Tip.metadata.tables[Grant.__tablename__]
_PLACE = TipPlace.metadata.tables[TipPlace.__tablename__]
_LIKENESS = TipLikeness.metadata.tables[TipLikeness.__tablename__]


@dataclass(slots=True)
class ReportedTip:
    """A tip, as a hop reads and writes it.

    The class `Tip` explains the columns. `repr` shows nothing that the caller reported.
    """

    uid: str
    identity: str
    session_key: str = field(repr=False)
    attempt: int
    matter: str
    channel: str
    entry: str
    contact_key: str = field(repr=False)
    created_at: datetime
    updated_at: datetime
    state: str
    language: str = ""
    place: str = field(default="", repr=False)
    within: str | None = field(default=None, repr=False)
    sector: str | None = field(default=None, repr=False)
    category: str | None = field(default=None, repr=False)
    urgency: int = 0
    official: str = field(default="", repr=False)
    basis: str = field(default="", repr=False)
    visit: str | None = field(default=None, repr=False)
    words_at: datetime | None = None
    place_step: int = 0
    filed_at: datetime | None = None
    completed_at: datetime | None = None
    alert_urgency: int | None = None
    danger_at: datetime | None = None
    locked_for: str | None = None
    request: str = ""
    do_not_visit: bool = False
    visit_decision: str | None = None
    assigned_at: datetime | None = None
    id: int = 0
    """The id is 0 until the tip is stored."""
    body: bytes = field(default=b"", repr=False)
    """Before the tip is written, this is the whole body. After the tip was read, it is only the beginning of the
    body.
    """
    likeness: LikenessKeys | None = field(default=None, repr=False)
    """The digests that find similar tips. None if none are stored."""
    moved: bool = False
    """True if responders were alerted earlier, for another place of the tip."""
    record_key: int = field(default_factory=new_record_key, repr=False)


CHANGED = tuple(
    one.name
    for one in fields(ReportedTip)
    if one.name not in {*NEVER_CHANGED, *READ, "id", "body", "likeness", "moved"}
)
"""The only columns of a tip, besides its body, that an answer may change. The code reads only the first bytes of the
body, but writes the whole body."""
_HEAD = func.substr(_TIP.c.body, 1, HEAD_BYTES, type_=LargeBinary)
_FOUND_COLUMNS = (
    *(_TIP.c[name] for name in (*NEVER_CHANGED, *CHANGED, *READ, "id")),
    _HEAD.label("head"),
    _LIKENESS.c.tip_id,
    _LIKENESS.c.words_key,
    _LIKENESS.c.who_key,
    exists().where(_PLACE.c.tip_id == _TIP.c.id),
)
_FOUND = PreparedStatement(
    select(*_FOUND_COLUMNS)
    .select_from(_TIP.outerjoin(_LIKENESS, _LIKENESS.c.tip_id == _TIP.c.id))
    .where(_TIP.c.identity == bindparam("identity"))
    .with_for_update(key_share=True, of=_TIP),
    *(column.type for column in _FOUND_COLUMNS),
)
_NEW = PreparedStatement(
    insert(_TIP)
    .values(new_values((*NEVER_CHANGED, *CHANGED, "do_not_visit", "body")))
    .returning(_TIP.c.id),
    _TIP.c.id.type,
)
_CHANGE = PreparedStatement(
    update(_TIP).where(_TIP.c.id == bindparam("tip_id")).values(new_values((*CHANGED, "body")))
)
_UNGRANT = PreparedStatement(delete(_GRANT).where(_GRANT.c.tip_id == bindparam("tip_id")))
_GRANTED = PreparedStatement(
    insert(_GRANT).values(new_values(("tip_id", "desk_code", "encrypted_key")))
)


def tip_of_attempt(session: Session, identity: str) -> ReportedTip | None:
    """Returns the tip of a report attempt, or None.

    Locks the tip, because the clock process may file it at the same moment.
    """
    session.flush()
    row = _FOUND.first(session, identity=identity)
    if row is None:
        return None
    *columns, head, like, words, who, moved = row
    names = (*NEVER_CHANGED, *CHANGED, *READ, "id")
    return ReportedTip(
        **dict(zip(names, columns, strict=True)),
        # SQLite returns NULL for a part of an empty body.
        body=head or b"",
        likeness=None if like is None else LikenessKeys(words, who),
        moved=bool(moved),
    )


def write_tip(session: Session, tip: ReportedTip) -> None:
    """Inserts a tip that has no id, and sets its id.

    For any other tip, writes the columns that an answer may change.
    """
    if tip.id:
        new = {f"new_{name}": getattr(tip, name) for name in (*CHANGED, "body")}
        _CHANGE.rows(session, tip_id=tip.id, **new)
        return
    names = (*NEVER_CHANGED, *CHANGED, "do_not_visit", "body")
    ((tip.id,),) = _NEW.rows(session, **{f"new_{name}": getattr(tip, name) for name in names})


def give_keys(session: Session, tip_id: int, keys: Mapping[str, bytes], *, first: bool) -> None:
    """Stores the key of the tip's present body for exactly these desks. `first` is True if no desk has had a key
    before.
    """
    if not first:
        _UNGRANT.rows(session, tip_id=tip_id)
    for code, key in keys.items():
        _GRANTED.rows(session, new_tip_id=tip_id, new_desk_code=code, new_encrypted_key=key)


def grants_of(session: Session, tip_id: int) -> Mapping[str, bytes]:
    """Returns the key of the tip, encrypted for each desk, by the code of the desk."""
    found = select(Grant.desk_code, Grant.encrypted_key).where(Grant.tip_id == tip_id)
    return {row.desk_code: row.encrypted_key for row in session.execute(found)}


def tip_row(session: Session, tip: ReportedTip) -> Tip:
    """Reads the whole row of the tip again, as the code that alerts responders needs it."""
    return session.get_one(Tip, tip.id, populate_existing=True)
