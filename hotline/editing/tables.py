"""Stores drafts, the steps of drafts, news about drafts, and the times of planned publications.

Editors write drafts before publication. News tells an account about comments and about decisions on a draft. The module
also stores the encrypted mail addresses for a daily notice about unread news. The clock process publishes and withdraws
drafts at their planned times.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    UniqueConstraint,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from hotline.core.actors import AccountRole, AccountState, Actor
from hotline.core.database import Row, add_if_new
from hotline.core.driver import IN_SESSION, DocumentCaches
from hotline.editing.rules_drafts import DraftState, NewsKind
from hotline.flows.conversation import Place
from hotline.flows.rules_reviews import Signature
from hotline.people.tables_accounts import ConsoleAccount
from hotline.text.errors import NotFound

EDITABLE = tuple(state for state in DraftState if state.is_editable)


class DraftRow(Row):
    """One draft: a set of edits with a title. An approver must read the draft before the draft is published."""

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    """A `DraftState`."""
    base_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    """The revision on which the parts of the draft are based."""
    source: Mapped[str | None] = mapped_column(unique=True)
    """The digest of the flow files of a software release, or the token of the form that opened the draft. Two imports
    of the same files, or two requests of the same form, have the same value, so they make only one draft."""
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    submitted_by_id: Mapped[int | None]
    submitted_by: Mapped[str | None]
    submitted_at: Mapped[datetime | None]
    submitted_digest: Mapped[str | None]
    """The digest of the draft's own parts at the time of submission. An edit withdraws the submission."""
    note: Mapped[str | None]
    """The comment of the approver who sent the draft back."""
    noted_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    """The time when the draft was published or deleted."""

    @property
    def is_editable(self) -> bool:
        return DraftState(self.state).is_editable

    @property
    def proposer(self) -> Actor | None:
        if self.submitted_by is None:
            return None
        return Actor(self.submitted_by, self.submitted_by_id)


class DraftStep(Row):
    """One saved version of one part of a draft, in full. A step never changes. The newest step of a part is the current
    version of the part."""

    __tablename__ = "draft_step"
    __table_args__ = (UniqueConstraint("draft_id", "part", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    part: Mapped[str]
    version: Mapped[int]
    document: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    """The content of this part of the draft. The content is None if the step removes the flow."""
    made_by_id: Mapped[int | None]
    made_by: Mapped[str]
    at: Mapped[datetime]
    about: Mapped[dict[str, Any]]
    """A description of the step, such as `{"did": "edited", "node": "fee"}`, with the value of a `StepKind`. A page of
    the console shows this description as a sentence."""
    once: Mapped[str] = mapped_column(unique=True)
    """A unique key, made from the token of the form that saved the step (see `form_key`). A form that is sent twice
    makes only one step."""


def draft_titles(session: Session, ids: Collection[int]) -> Mapping[int, str]:
    """Returns the title of each of these drafts, by the id of the draft."""
    found = session.execute(select(DraftRow.id, DraftRow.title).where(DraftRow.id.in_(ids)))
    return {draft_id: title for draft_id, title in found}  # noqa: C416


def get_draft(session: Session, draft_id: int, *, held: bool = False) -> DraftRow:
    """Returns a draft. Raises NotFound.

    If `held` is True, locks the draft until the transaction ends. With this lock, two processes cannot save, submit or
    publish the same draft at the same time.
    """
    here = select(DraftRow).where(DraftRow.id == draft_id)
    if held:
        here = here.with_for_update().execution_options(populate_existing=True)
    change = session.scalar(here)
    if change is None:
        raise NotFound(f"there is no draft {draft_id}: choose one from the list of drafts")
    return change


def draft_of_source(session: Session, source: str) -> DraftRow | None:
    return session.scalar(select(DraftRow).where(DraftRow.source == source))


def list_drafts(session: Session, *, editable: bool, limit: int) -> Sequence[DraftRow]:
    """Returns the drafts that can be edited, or the drafts that have ended, newest first."""
    wanted = DraftRow.state.in_(EDITABLE) if editable else DraftRow.state.not_in(EDITABLE)
    return session.scalars(
        select(DraftRow).where(wanted).order_by(DraftRow.id.desc()).limit(limit)
    ).all()


def newest_steps(session: Session, draft_id: int) -> Mapping[str, DraftStep]:
    """Returns the newest step of each part of the draft, in the order in which the parts were first edited."""
    last = (
        select(func.max(DraftStep.id).label("id"), func.min(DraftStep.id).label("first"))
        .where(DraftStep.draft_id == draft_id)
        .group_by(DraftStep.part)
        .subquery()
    )
    steps = select(DraftStep).join(last, last.c.id == DraftStep.id).order_by(last.c.first)
    return {step.part: step for step in session.scalars(steps)}


def step_document(session: Session, step: DraftStep) -> Mapping[str, Any] | None:
    """Returns the document of a step. The document may come from a cache that other code shares, so no code may change
    the document."""
    memory: DocumentCaches | None = session.info.get(IN_SESSION)
    document: Mapping[str, Any] | None = step.document
    if memory is None or document is None:
        return document
    return memory.steps.document(step.id, lambda: document)


def newest_versions(session: Session, draft_id: int) -> Mapping[str, int]:
    """Returns the newest version number of each part of the draft. Steps never change, so if two version numbers of a
    part are equal, the documents are equal too."""
    each = select(DraftStep.part, func.max(DraftStep.version))
    rows = session.execute(each.where(DraftStep.draft_id == draft_id).group_by(DraftStep.part))
    return dict(rows.all())


def find_step(session: Session, draft_id: int, **fields: str | int) -> DraftStep | None:
    """Searches the steps of a draft for the column values in `fields`, such as `part="fees"`. Returns the newest step
    with all these values, or None."""
    here = select(DraftStep).filter_by(draft_id=draft_id, **fields)
    return session.scalar(here.order_by(DraftStep.id.desc()).limit(1))


def step_of_form(session: Session, draft_id: int, part: str, once: str) -> DraftStep | None:
    """Returns the step that this form has already saved, or None."""
    return find_step(session, draft_id, once=form_key(draft_id, part, once))


def form_key(draft_id: int, part: str, once: str) -> str:
    """Returns the unique key of the step that a form saves. The key includes the part, so one form can save one step
    for each part."""
    return f"{draft_id} {part} {once}"


def list_steps(
    session: Session, draft_id: int, *, before: int | None, limit: int
) -> Sequence[DraftStep]:
    """Returns the steps of a draft, newest first, without their documents."""
    wanted = select(DraftStep).where(DraftStep.draft_id == draft_id)
    if before is not None:
        wanted = wanted.where(DraftStep.id < before)
    light = wanted.options(defer(DraftStep.document, raiseload=True))
    return session.scalars(light.order_by(DraftStep.id.desc()).limit(limit)).all()


def step_authors(session: Session, draft_id: int) -> Sequence[Actor]:
    """Returns every author of a step of this draft, without duplicates."""
    people = select(DraftStep.made_by, DraftStep.made_by_id).where(DraftStep.draft_id == draft_id)
    return [Actor(*one) for one in session.execute(people.distinct())]


def parts_edited(session: Session, draft_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """Returns the edited parts of each of these drafts, in the order of their first edit."""
    pairs = (
        select(DraftStep.draft_id, DraftStep.part, func.min(DraftStep.id))
        .where(DraftStep.draft_id.in_(draft_ids))
        .group_by(DraftStep.draft_id, DraftStep.part)
        .order_by(func.min(DraftStep.id))
    )
    edited: dict[int, list[str]] = {one: [] for one in draft_ids}
    for draft_id, part, _ in session.execute(pairs):
        edited[draft_id].append(part)
    return edited


class DraftCheck(Row):
    """The problems that a check found in one whole document."""

    __tablename__ = "draft_check"

    digest: Mapped[str] = mapped_column(primary_key=True)
    """The digest of the document and of the code that checked the document."""
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id"))
    """The draft that was checked. The id is None for the published flow set."""
    findings: Mapped[list[Any]] = mapped_column(JSON)
    at: Mapped[datetime]


def stored_problems(session: Session, digest: str) -> Sequence[Mapping[str, Any]] | None:
    """Returns the problems found in a document. Returns None if the document has not been checked yet."""
    return session.scalar(select(DraftCheck.findings).where(DraftCheck.digest == digest))


def store_problems(
    session: Session, digest: str, findings: list[Any], *, draft_id: int | None, at: datetime
) -> None:
    """Stores the problems of a document. Does nothing if the problems are already stored."""
    row = DraftCheck(digest=digest, draft_id=draft_id, findings=findings, at=at)
    add_if_new(session, row)


def delete_problems(session: Session, before: datetime) -> None:
    """Deletes the results of checks before this time. If a page needs a deleted result, the hotline checks the document
    again."""
    session.execute(delete(DraftCheck).where(DraftCheck.at < before))


# The code below stores signatures. A signature says which reader has reviewed which text. The file `reviews.csv`
# contains the same signatures.


class SignatureRow(Row):
    """The review of one text by one reader. Each row stores a `Signature` of `flows.rules_reviews`."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("place", "language", "digest", "signed_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str]
    language: Mapped[str]
    digest: Mapped[str]
    """The digest of the reviewed text and of its English text."""
    signed_by: Mapped[str]
    signed_on: Mapped[date]
    english: Mapped[str | None]
    """The English text that the reader saw. The text is None for a review that was read from a file."""


def all_signatures(
    session: Session, language: str | None = None, *, below: str = ""
) -> Sequence[Signature]:
    """Returns all signatures (reviews of a text), oldest first. With `language` or `below`, returns only the signatures
    in this language or below this place. The place of a screen consists of the names of the flow and the screen."""
    rows = select(SignatureRow).order_by(SignatureRow.id)
    if language is not None:
        rows = rows.where(SignatureRow.language == language)
    if below:
        rows = rows.where(SignatureRow.place.startswith(f"{below}.", autoescape=True))
    return [
        Signature(row.place, row.language, row.digest, row.signed_by, row.signed_on)
        for row in session.scalars(rows)
    ]


def english_read(session: Session, language: str, places: Sequence[str]) -> Mapping[str, str]:
    """Maps the place of each text to the English text that its last reader saw. Leaves out places for which this
    English text is unknown."""
    rows = (
        select(SignatureRow.place, SignatureRow.english)
        .where(SignatureRow.language == language, SignatureRow.place.in_(places))
        .where(SignatureRow.english.is_not(None))
        .order_by(SignatureRow.id)
    )
    return {place: english or "" for place, english in session.execute(rows)}


def store_signatures(
    session: Session, signatures: Iterable[Signature], english: Mapping[str, str] | None = None
) -> int:
    """Stores signatures (reviews of a text) that are not stored yet, and returns the number of these signatures.

    `english` maps the place of each text to the English text that the reader sees.
    """
    return sum(
        add_if_new(
            session,
            SignatureRow(
                place=one.place,
                language=one.language,
                digest=one.digest,
                signed_by=one.by,
                signed_on=one.on,
                english=(english or {}).get(one.place),
            ),
        )
        for one in signatures
    )


# The code below stores the questions that translators ask about a text. An editor answers and closes these questions.


class TextQuestion(Row):
    __tablename__ = "text_question"

    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str]
    language: Mapped[str]
    question: Mapped[str]
    asked_by_id: Mapped[int | None]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    settled_by: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    """The time when an editor closed the question. The time is None while the question is open."""


def open_questions(session: Session, limit: int, below: str = "") -> Sequence[TextQuestion]:
    """Returns the open questions, oldest first.

    If `below` is the place of a flow or a screen, returns only the questions about its texts.
    """
    here = select(TextQuestion).where(TextQuestion.settled_at.is_(None))
    if below:
        here = here.where(TextQuestion.place.startswith(f"{below}.", autoescape=True))
    return session.scalars(here.order_by(TextQuestion.id).limit(limit)).all()


def count_questions(session: Session) -> int:
    here = select(func.count()).where(TextQuestion.settled_at.is_(None))
    return session.scalar(here) or 0


LISTED = 50


class DraftNews(Row):
    """One piece of news for one account."""

    __tablename__ = "draft_news"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    """A `NewsKind`."""
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    flow: Mapped[str]
    """The flow of the screen that a comment is about. The name is empty for a comment on the whole draft."""
    node: Mapped[str]
    text: Mapped[str]
    made_by_id: Mapped[int | None]
    made_by: Mapped[str]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    """The time when the account marked the news as read."""


class NewsAddress(Row):
    """The mail address to which an account gets a notice about unread news."""

    __tablename__ = "news_address"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    encrypted_address: Mapped[bytes]
    """The address, encrypted for the workers, like a phone number."""
    mailed_at: Mapped[datetime | None]
    """The time when the account got its last notice by mail."""


def unread(session: Session, account_id: int) -> Sequence[DraftNews]:
    """Returns the unread news of an account, oldest first. If the account has many unread news items, returns only the
    newest items."""
    rows = select(DraftNews).where(*_unread(account_id)).order_by(DraftNews.id.desc())
    return session.scalars(rows.limit(LISTED)).all()[::-1]


def count_unread(session: Session, account_id: int) -> int:
    here = select(func.count()).select_from(DraftNews).where(*_unread(account_id))
    return session.scalar(here) or 0


def own_news(session: Session, account_id: int, news_id: int) -> DraftNews | None:
    """Returns one piece of news of this account. The account may have read the news already."""
    here = (DraftNews.id == news_id, DraftNews.account_id == account_id)
    return session.scalar(select(DraftNews).where(*here))


def comments(session: Session, draft_id: int, place: Place | None = None) -> Sequence[DraftNews]:
    """Returns the comments on a draft, or only the comments on one screen, oldest first."""
    here = select(DraftNews).where(
        DraftNews.draft_id == draft_id, DraftNews.kind == NewsKind.COMMENT
    )
    if place is not None:
        here = here.where(DraftNews.flow == place.flow, DraftNews.node == place.node)
    return session.scalars(here.order_by(DraftNews.id)).all()


def mark_read(session: Session, account_id: int, at: datetime, news_id: int | None) -> None:
    """Marks one piece of news as read, or all news of the account."""
    here = update(DraftNews).where(*_unread(account_id))
    if news_id is not None:
        here = here.where(DraftNews.id == news_id)
    session.execute(here.values(read_at=at))


def mark_settled(
    session: Session, draft_id: int, kinds: Collection[NewsKind], at: datetime
) -> None:
    """Marks news of these kinds as read for all accounts, because no one needs to act on the news any more."""
    here = (DraftNews.draft_id == draft_id, DraftNews.kind.in_(kinds), DraftNews.read_at.is_(None))
    session.execute(update(DraftNews).where(*here).values(read_at=at))


def delete_old(session: Session, before: datetime) -> None:
    """Deletes the news about drafts that ended before this time, and the approvers' notes on these drafts."""
    old = select(DraftRow.id).where(DraftRow.ended_at < before)
    session.execute(delete(DraftNews).where(DraftNews.draft_id.in_(old)))
    noted = DraftRow.note.is_not(None), DraftRow.ended_at < before
    session.execute(update(DraftRow).where(*noted).values(note=None, noted_by=None))


def members(
    session: Session, roles: Collection[AccountRole] | None = None
) -> Sequence[ConsoleAccount]:
    """Returns the accounts that can sign in, sorted by name. With `roles`, returns only accounts with one of these
    roles."""
    usable = (AccountState.ACTIVE, AccountState.DEMO)
    rows = select(ConsoleAccount).where(ConsoleAccount.state.in_(usable))
    rows = rows.order_by(ConsoleAccount.name)
    return [one for one in session.scalars(rows) if roles is None or one.held_roles & {*roles}]


def _unread(account_id: int) -> tuple[ColumnElement[bool], ...]:
    return DraftNews.account_id == account_id, DraftNews.read_at.is_(None)


def waiting_for_review(session: Session) -> Sequence[DraftRow]:
    """Returns the submitted drafts. The draft that waits longest comes first."""
    rows = select(DraftRow).where(DraftRow.state == DraftState.SUBMITTED)
    return session.scalars(rows.order_by(DraftRow.submitted_at, DraftRow.id).limit(LISTED)).all()


def address(session: Session, account_id: int) -> NewsAddress | None:
    return session.scalar(select(NewsAddress).where(NewsAddress.account_id == account_id))


def mailed_before(session: Session, day: datetime) -> Sequence[NewsAddress]:
    """Returns the mail addresses to which the hotline has sent no mail since this time. Locks the rows of these
    addresses until the transaction ends."""
    due = or_(NewsAddress.mailed_at.is_(None), NewsAddress.mailed_at < day)
    rows = select(NewsAddress).where(due).order_by(NewsAddress.account_id)
    return session.scalars(rows.with_for_update()).all()


def newest_unread(session: Session, account_id: int) -> datetime | None:
    """Returns the time of the newest unread news of an account."""
    return session.scalar(select(func.max(DraftNews.at)).where(*_unread(account_id)))


class PlanState(StrEnum):
    WAITING = "waiting"
    """The draft is not published yet."""
    LIVE = "live"
    """The draft is published, and the clock process will withdraw its text."""
    HELD = "held"
    """The clock process stopped the plan, and a person must decide."""
    DONE = "done"
    CANCELLED = "cancelled"


OPEN = (PlanState.WAITING, PlanState.LIVE, PlanState.HELD)


class DraftPlan(Row):
    __tablename__ = "draft_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    state: Mapped[str]
    """A `PlanState`."""
    publish_at: Mapped[datetime | None]
    """The planned time of the publication. The time is None if the draft was published at the moment of the
    approval."""
    withdraw_at: Mapped[datetime | None]
    """The planned end of the text. The time is None if the text has no planned end."""
    against: Mapped[str]
    """The digest of what the approver read: the draft, and the published version of each part that the draft edits."""
    keeps_languages: Mapped[bool]
    note: Mapped[str]
    approved_by_id: Mapped[int | None]
    approved_by: Mapped[str]
    approved_at: Mapped[datetime]
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publication.id"))
    """The publication with which callers began to see the text."""
    ended_at: Mapped[datetime | None]


def due(session: Session, at: datetime) -> Sequence[DraftPlan]:
    """Returns the plans with a due publication or a due end, in the order of their approval."""
    now = or_(
        and_(DraftPlan.state == PlanState.WAITING, DraftPlan.publish_at <= at),
        and_(DraftPlan.state == PlanState.LIVE, DraftPlan.withdraw_at <= at),
    )
    return session.scalars(select(DraftPlan).where(now).order_by(DraftPlan.id)).all()


def open_plans(session: Session, draft_id: int | None = None) -> Sequence[DraftPlan]:
    """Returns the plans of all drafts, or of one draft. Leaves out plans that the clock process has already carried
    out."""
    here = select(DraftPlan).where(DraftPlan.state.in_(OPEN))
    if draft_id is not None:
        here = here.where(DraftPlan.draft_id == draft_id)
    return session.scalars(here.order_by(DraftPlan.id)).all()


def cancel_publication_plans(session: Session, draft_id: int, at: datetime) -> None:
    """Cancels the open plans that would publish a draft. Keeps the planned end of a published text."""
    for plan in open_plans(session, draft_id):
        if plan.publication_id is None:
            plan.state, plan.ended_at = PlanState.CANCELLED, at


def held_plan(session: Session, plan_id: int) -> DraftPlan | None:
    """Returns a plan, and locks the row of the plan until the transaction ends."""
    here = select(DraftPlan).where(DraftPlan.id == plan_id).with_for_update()
    return session.scalar(here.execution_options(populate_existing=True))
