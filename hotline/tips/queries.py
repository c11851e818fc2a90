"""Reads and writes the parts of a tip that a hop (one USSD request) needs, and links tips about the same situation.

For a hop, the module uses prepared SQL statements, because they are faster than the ORM. Each statement is prepared
only once, in a form that PostgreSQL and SQLite both accept.

The module also stores digests (hashes made with a secret key) of a tip's phone and answers, by which the hotline finds
similar tips. The digests are deleted after a day. A link means that two tips are probably about the same situation.
Linked tips remain separate cases. The row of a link stays after a person removes the link, so that the hotline does
not make it again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    LargeBinary,
    Select,
    String,
    UniqueConstraint,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from hotline.core import rules_trial
from hotline.core.database import (
    Column,
    Row,
    Utc,
    add_if_new,
    change_rows,
    in_numbers,
    new_record_key,
)
from hotline.core.driver import PreparedStatement, new_values
from hotline.keys.encrypt import HEAD_BYTES
from hotline.text.places import is_district
from hotline.tips.rules import Matter, TipState
from hotline.tips.rules_events import (
    CONTACT_WITHIN,
    DAY,
    WITHIN,
    ComparedTip,
    LikelyPair,
    LinkReason,
    situation_leaders,
)
from hotline.tips.tables import HAS_PENDING_ALERT, Grant, Tip, TipPlace

MAX_COMPARED = 2000
"""The largest number of earlier tips that are compared with a batch of new tips. If there are more, only the newest
are compared."""
DIGESTS_KEPT = DAY + timedelta(hours=1)


class TipLikeness(Row):
    """The digests (hashes made with a secret key) of one tip's phone and answers. The row is deleted after a day."""

    __tablename__ = "tip_likeness"

    tip_id: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"), primary_key=True)
    contact_key: Mapped[str]
    words_key: Mapped[str | None]
    """A digest of the text that the caller typed."""
    who_key: Mapped[str | None]
    """A digest of the answer to "Who needs help?"."""
    at: Mapped[datetime]
    leader_id: Mapped[int | None]
    """The id of the first tip in the cluster (group of similar tips) that this tip joined. Responders then get no
    alert of this tip, but a notice that it joined the cluster. None if this tip has its own alert, sent or pending."""


class LikenessKeys(NamedTuple):
    """The digests of a tip's typed text and of its answer to "Who needs help?"."""

    words: str | None
    who: str | None


_LIKENESS = TipLikeness.metadata.tables[TipLikeness.__tablename__]
_KEPT = PreparedStatement(
    insert(_LIKENESS).values(new_values(("tip_id", "contact_key", "words_key", "who_key", "at")))
)
_CHANGED = PreparedStatement(
    update(_LIKENESS)
    .where(_LIKENESS.c.tip_id == bindparam("tip"))
    .values(new_values(("words_key", "who_key")))
    .returning(_LIKENESS.c.leader_id),
    _LIKENESS.c.leader_id.type,
)


def store_digests(
    session: Session, tip_id: int, keys: LikenessKeys, *, contact_key: str, at: datetime
) -> None:
    """Stores the digests of a tip that has no digests yet."""
    _KEPT.rows(
        session,
        new_tip_id=tip_id,
        new_contact_key=contact_key,
        new_words_key=keys.words,
        new_who_key=keys.who,
        new_at=at,
    )


def replace_digests(session: Session, tip_id: int, keys: LikenessKeys) -> int | None:
    """Replaces the digests of a tip. Returns the id of the first tip of its cluster (group of similar tips), or
    None."""
    row = _CHANGED.first(session, tip=tip_id, new_words_key=keys.words, new_who_key=keys.who)
    return None if row is None else row[0]


_NEW = aliased(TipLikeness, name="waits")


def repeated_tips(
    session: Session, tip_ids: Iterable[int], since: datetime, *, contact: int, words: int
) -> dict[int, ComparedTip]:
    """Finds pending tips with too many similar tips after `since`. The limits are `contact` tips with the same phone,
    and `words` tips with the same text."""

    def is_frequent(key: Column, new_key: Column, limit: int) -> ColumnElement[bool]:
        similar = select(TipLikeness.tip_id).where(key == new_key, TipLikeness.at > since)
        sample = similar.limit(limit + 1).correlate(_NEW).subquery()
        return select(func.count()).select_from(sample).scalar_subquery() > limit

    repeated_ids = select(_NEW.tip_id).where(
        in_numbers(session, _NEW.tip_id, tip_ids),
        or_(
            is_frequent(TipLikeness.contact_key, _NEW.contact_key, contact),
            is_frequent(TipLikeness.words_key, _NEW.words_key, words),
        ),
    )
    rows = session.execute(_traits().where(TipLikeness.tip_id.in_(repeated_ids)))
    return {row[0]: ComparedTip(*row) for row in rows}


def earlier_tips(
    session: Session, new: Iterable[ComparedTip], since: datetime
) -> Sequence[ComparedTip]:
    """Returns tips with the same phone or text as one of the `new` tips, the oldest first. Returns only open tips,
    sent after `since`, of which people were alerted."""
    contacts = {one.contact_key for one in new}
    words = {one.words_key for one in new if one.words_key is not None}
    is_similar = or_(TipLikeness.contact_key.in_(contacts), TipLikeness.words_key.in_(words))
    conditions = (
        TipLikeness.at > since,
        Tip.assigned_at.is_not(None),
        ~HAS_PENDING_ALERT,
        Tip.closed_at.is_(None),
    )
    rows = session.execute(
        _traits().where(is_similar, *conditions).order_by(TipLikeness.at.desc()).limit(MAX_COMPARED)
    )
    return [ComparedTip(*row) for row in reversed(rows.all())]


def record_leaders(session: Session, leaders: Mapping[int, int | None]) -> None:
    """Stores the cluster (group of similar tips) of each tip. `leaders` contains for each tip the id of the first tip
    in its cluster, or None."""
    for tip_id, leader_id in leaders.items():
        change = update(TipLikeness).where(TipLikeness.tip_id == tip_id)
        change_rows(session, change.values(leader_id=leader_id))


def open_leader(session: Session, tip_id: int) -> int | None:
    """Returns the id of the first tip in the cluster (group of similar tips) of this tip. Returns None if this tip is
    in no cluster, or if the first tip is closed."""
    leader = (
        select(TipLikeness.leader_id)
        .join(Tip, Tip.id == TipLikeness.leader_id)
        .where(TipLikeness.tip_id == tip_id, Tip.closed_at.is_(None))
    )
    return session.scalar(leader)


def open_followers(session: Session, tip_id: int) -> Sequence[int]:
    """Returns the open tips without an assignee in the cluster (group of similar tips) that this tip began."""
    followers = (
        select(TipLikeness.tip_id)
        .join(Tip, Tip.id == TipLikeness.tip_id)
        .where(TipLikeness.leader_id == tip_id, Tip.closed_at.is_(None), Tip.assignee_id.is_(None))
    )
    return session.scalars(followers.order_by(TipLikeness.tip_id)).all()


def delete_digests(session: Session, at: datetime, limit: int) -> int:
    """Deletes digests that are older than a day. Returns the number of tips whose digests were deleted."""
    old_ids = select(TipLikeness.tip_id).where(TipLikeness.at < at - DIGESTS_KEPT).limit(limit)
    deletion = delete(TipLikeness).where(TipLikeness.tip_id.in_(session.scalars(old_ids).all()))
    return len(session.scalars(deletion.returning(TipLikeness.tip_id)).all())


def _traits() -> Select[*tuple[Any, ...]]:
    return (
        select(
            TipLikeness.tip_id,
            TipLikeness.at,
            Tip.urgency,
            Tip.category,
            Tip.place,
            Tip.official,
            TipLikeness.contact_key,
            TipLikeness.words_key,
            TipLikeness.who_key,
            TipLikeness.leader_id,
        )
        .join(Tip, Tip.id == TipLikeness.tip_id)
        .where(Tip.matter == Matter.TIP, Tip.channel.not_in(rules_trial.UNCOUNTED))
    )


BY_THE_LINE = "line"
"""The value of `TipLink.by` if the hotline itself made the link, not a person."""
COMPARED = (
    Tip.matter == Matter.TIP,
    *(Tip.channel != one for one in sorted(rules_trial.UNCOUNTED)),
    Tip.state != TipState.DRAFT,
    Tip.state != TipState.FRAGMENT,
)
"""SQL conditions that select the tips to compare. They exclude drafts, fragments, complaints, drills, test tips and
sample data."""
MAX_LINKED = 100
"""The number of linked tips after which a search for tips about the same situation stops."""


class TipLink(Row):
    """A link between two tips that are probably about the same situation."""

    __tablename__ = "tip_link"
    __table_args__ = (UniqueConstraint("a", "b"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    """The id of the earlier tip."""
    b: Mapped[int] = mapped_column(ForeignKey("tip.id", ondelete="CASCADE"))
    reason: Mapped[str]
    """The value of a `tips.rules_events.LinkReason`."""
    by: Mapped[str]
    """The person who made the link, as the audit log names people. The value is `BY_THE_LINE` if the hotline made the
    link."""
    at: Mapped[datetime]
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None]


IS_LINKED = TipLink.undone_at.is_(None)


def likely_pairs(session: Session, tip_id: int) -> Sequence[LikelyPair]:
    """Returns, for each reason to link tips, this tip and the newest earlier tip to which the reason applies. An
    earlier tip to which several reasons apply occurs only with the most certain reason.

    The search is fast even on a day with thousands of similar tips.
    """
    session.flush()
    row = _TIP_BY_ID.first(session, tip_id=tip_id)
    if row is None:
        return ()
    new = dict(zip(_COMPARED, row, strict=True))
    at, place = new["created_at"], new["place"]
    new["place"] = place if is_district(place) else None
    found: dict[int, LikelyPair] = {}
    for reason, statement in _NEWEST.items():
        earlier = statement.first(
            session, tip_id=tip_id, since=at - WITHIN, long_since=at - CONTACT_WITHIN, **new
        )
        if earlier is not None:
            found.setdefault(earlier[0], LikelyPair(earlier[0], tip_id, reason))
    return [*found.values()]


def add_links(session: Session, pairs: Iterable[LikelyPair], by: str, at: datetime) -> None:
    """Stores the links that do not exist yet. A link that a person has removed also exists, so it stays removed."""
    for one in pairs:
        lower_id, higher_id = sorted((one.a, one.b))
        add_if_new(session, TipLink(a=lower_id, b=higher_id, reason=one.reason, by=by, at=at))


def link_between(session: Session, a: int, b: int) -> TipLink | None:
    """Returns the link between two tips, or None. Locks the link until the transaction ends."""
    lower, higher = sorted((a, b))
    found = select(TipLink).where(TipLink.a == lower, TipLink.b == higher)
    return session.scalars(found.with_for_update()).one_or_none()


def same_situation(session: Session, tip_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Returns, for each given tip that has links, the other tips about the same situation."""
    linked_ids: set[int] = set(tip_ids)
    pairs: set[tuple[int, int]] = set()
    new_ids = set(linked_ids)
    while new_ids and len(linked_ids) < MAX_LINKED + len(tip_ids):
        links = select(TipLink.a, TipLink.b).where(
            IS_LINKED, or_(TipLink.a.in_(new_ids), TipLink.b.in_(new_ids))
        )
        found = {(a, b) for a, b in session.execute(links)}
        new_ids = {one for pair in found for one in pair} - linked_ids
        pairs |= found
        linked_ids |= new_ids
    first = situation_leaders(pairs)
    return {
        tip_id: frozenset(one for one in first if first[one] == first[tip_id] and one != tip_id)
        for tip_id in tip_ids
        if tip_id in first
    }


_COMPARED = ("created_at", "place", "sector", "category", "contact_key", "words_key")
_COLUMNS = (
    *(Tip.metadata.tables[Tip.__tablename__].c[name] for name in _COMPARED[:-1]),
    _LIKENESS.c.words_key,
)
_TIP_BY_ID = PreparedStatement(
    select(*_COLUMNS)
    .join(TipLikeness, TipLikeness.tip_id == Tip.id)
    .where(*COMPARED, Tip.id == bindparam("tip_id")),
    *(column.type for column in _COLUMNS),
)
_SECTOR = bindparam("sector", type_=String)
_LONG_SINCE, _SINCE = (bindparam(name, type_=Utc) for name in ("long_since", "since"))
_EARLIER = select(Tip.id).where(*COMPARED, Tip.id < bindparam("tip_id")).limit(1)
_COMPARED_EARLIER = _EARLIER.join(TipLikeness, TipLikeness.tip_id == Tip.id)
_NEWEST = {
    reason: PreparedStatement(question, Tip.id.type)
    for reason, question in {
        LinkReason.CONTACT: _EARLIER.where(
            Tip.contact_key == bindparam("contact_key"),
            Tip.contact_key != "",
            Tip.created_at >= _LONG_SINCE,
        ).order_by(Tip.id.desc()),
        LinkReason.WORDS: _COMPARED_EARLIER.where(
            TipLikeness.words_key == bindparam("words_key", type_=String), TipLikeness.at >= _SINCE
        ).order_by(TipLikeness.tip_id.desc()),
        LinkReason.PLACE_TIME: _COMPARED_EARLIER.where(
            Tip.place == bindparam("place"),
            Tip.category == bindparam("category", type_=String),
            Tip.created_at >= _SINCE,
            or_(Tip.sector.is_(None), _SECTOR.is_(None), Tip.sector == _SECTOR),
        ).order_by(Tip.created_at.desc(), Tip.id.desc()),
    }.items()
}
"""For each reason to link tips, the most certain reason first, a query that finds the newest earlier tip to which the
reason applies."""

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
    """A tip with the columns that a hop (one USSD request) reads and writes.

    `repr` of the object shows nothing that the caller reported.
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
    """The id of the tip in the database, or 0 until the tip is stored."""
    body: bytes = field(default=b"", repr=False)
    """The encrypted answers. After the hop has read the tip from the database, the field contains only the beginning of
    the answers. Before the hop writes the tip, it contains all answers."""
    likeness: LikenessKeys | None = field(default=None, repr=False)
    """The digests by which the hotline finds similar tips. None if the tip has no stored digests."""
    moved: bool = False
    """True if the caller corrected the place after responders were alerted of the tip."""
    record_key: int = field(default_factory=new_record_key, repr=False)


CHANGED = tuple(
    one.name
    for one in fields(ReportedTip)
    if one.name not in {*NEVER_CHANGED, *READ, "id", "body", "likeness", "moved"}
)
"""The columns of a tip, other than `body`, that an answer of the caller may change. An answer also changes `body`. A
hop reads only the first bytes of `body`, but writes all of it."""
_HEAD = func.substr(_TIP.c.body, 1, HEAD_BYTES, type_=LargeBinary)
_ATTEMPT_COLUMNS = (
    *(_TIP.c[name] for name in (*NEVER_CHANGED, *CHANGED, *READ, "id")),
    _HEAD.label("head"),
    _LIKENESS.c.tip_id,
    _LIKENESS.c.words_key,
    _LIKENESS.c.who_key,
    exists().where(_PLACE.c.tip_id == _TIP.c.id),
)
_ATTEMPT_TIP = PreparedStatement(
    select(*_ATTEMPT_COLUMNS)
    .select_from(_TIP.outerjoin(_LIKENESS, _LIKENESS.c.tip_id == _TIP.c.id))
    .where(_TIP.c.identity == bindparam("identity"))
    .with_for_update(key_share=True, of=_TIP),
    *(column.type for column in _ATTEMPT_COLUMNS),
)
_NEW_TIP = PreparedStatement(
    insert(_TIP)
    .values(new_values((*NEVER_CHANGED, *CHANGED, "do_not_visit", "body")))
    .returning(_TIP.c.id),
    _TIP.c.id.type,
)
_CHANGE = PreparedStatement(
    update(_TIP).where(_TIP.c.id == bindparam("tip_id")).values(new_values((*CHANGED, "body")))
)
_DELETE_GRANTS = PreparedStatement(delete(_GRANT).where(_GRANT.c.tip_id == bindparam("tip_id")))
_ADD_GRANT = PreparedStatement(
    insert(_GRANT).values(new_values(("tip_id", "desk_code", "encrypted_key")))
)


def tip_of_attempt(session: Session, identity: str) -> ReportedTip | None:
    """Returns the tip of a report attempt, or None.

    Locks the tip, because the clock process could file it at the same moment.
    """
    session.flush()
    row = _ATTEMPT_TIP.first(session, identity=identity)
    if row is None:
        return None
    *columns, head, likeness_id, words_key, who_key, is_moved = row
    names = (*NEVER_CHANGED, *CHANGED, *READ, "id")
    return ReportedTip(
        **dict(zip(names, columns, strict=True)),
        # SQLite returns NULL for a part of an empty body.
        body=head or b"",
        likeness=None if likeness_id is None else LikenessKeys(words_key, who_key),
        moved=bool(is_moved),
    )


def write_tip(session: Session, tip: ReportedTip) -> None:
    """Inserts a tip without an id, and sets its id. For an existing tip, writes the columns that an answer may
    change."""
    if tip.id:
        new = {f"new_{name}": getattr(tip, name) for name in (*CHANGED, "body")}
        _CHANGE.rows(session, tip_id=tip.id, **new)
        return
    names = (*NEVER_CHANGED, *CHANGED, "do_not_visit", "body")
    ((tip.id,),) = _NEW_TIP.rows(session, **{f"new_{name}": getattr(tip, name) for name in names})


def give_keys(session: Session, tip_id: int, keys: Mapping[str, bytes], *, first: bool) -> None:
    """Stores the tip's key for each desk in `keys`, and deletes the stored keys of all other desks. Each key is
    encrypted for its desk. `first` is True if no desk has a key yet."""
    if not first:
        _DELETE_GRANTS.rows(session, tip_id=tip_id)
    for code, key in keys.items():
        _ADD_GRANT.rows(session, new_tip_id=tip_id, new_desk_code=code, new_encrypted_key=key)


def grants_of(session: Session, tip_id: int) -> Mapping[str, bytes]:
    """Returns, by the code of each desk with access, the tip's key that is encrypted for this desk."""
    found = select(Grant.desk_code, Grant.encrypted_key).where(Grant.tip_id == tip_id)
    return {row.desk_code: row.encrypted_key for row in session.execute(found)}


def tip_row(session: Session, tip: ReportedTip) -> Tip:
    """Reads the whole row of the tip. The code that alerts responders needs the whole row."""
    return session.get_one(Tip, tip.id, populate_existing=True)
