"""Sends news about a draft to its authors, approvers and translators, and delivers comments between these people.

A comment is about a draft or about one of its screens. A comment may contain no phone number and no reference of a
case, because several colleagues can read the comment.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from hotline.core.actors import AccountRole, SignedIn
from hotline.core.contexts import Context, reads
from hotline.core.database import Session
from hotline.editing import tables
from hotline.editing.rules_difference import StaleTranslation
from hotline.editing.rules_drafts import Author, NewsKind
from hotline.editing.service_drafts import Refusal
from hotline.editing.tables import DraftNews, DraftRow, NewsAddress
from hotline.flows.conversation import Place
from hotline.text.errors import DraftRefused, NotFound
from hotline.text.identifiers import reveals

COMMENT_LETTERS = 500
WHOLE = Place("", "")
"""A comment about the whole draft has this value as its place."""
TEXT_ROLES = frozenset({AccountRole.EDITOR, AccountRole.APPROVER, AccountRole.TRANSLATOR})
ADDRESS = re.compile(r"(?!.*\.\.)[A-Za-z0-9._+-]+@[A-Za-z0-9-][A-Za-z0-9.-]*\.[A-Za-z0-9-]+")
"""Matches a single mail address without the name of a person before it. Does not match a list of mail addresses, or a
mail address with a remark in brackets."""
ADDRESS_LETTERS = 80
"""The maximum number of letters of a mail address."""


class NewsOfAccount(NamedTuple):
    """The contents of the page Today for a person who writes, reviews or translates texts."""

    news: Sequence[tuple[DraftNews, DraftRow]]
    waiting: Sequence[DraftRow]
    """The drafts that wait for the decision of an approver. The list is empty for an account that may not approve
    drafts."""
    has_address: bool


def news_of(context: Context, by: SignedIn, opened: int | None = None) -> NewsOfAccount:
    """Returns the unread news of an account. The result also includes the news item with the id `opened`, even if the
    account has already read this item.

    Raises StoreUnavailable.
    """
    with context.database.reading() as session:
        rows = list(tables.unread(session, by.account_id))
        extra = opened and tables.own_news(session, by.account_id, opened)
        rows += [extra] if extra and extra not in rows else []
        reviews = AccountRole.APPROVER in by.roles
        return NewsOfAccount(
            [(row, tables.get_draft(session, row.draft_id)) for row in rows],
            tables.waiting_for_review(session) if reviews else (),
            tables.address(session, by.account_id) is not None,
        )


def unread_count(context: Context, by: SignedIn) -> int:
    """Returns the number of unread news items of an account. Raises StoreUnavailable."""
    with context.database.reading() as session:
        return tables.count_unread(session, by.account_id)


def mark_read(context: Context, by: SignedIn, news_id: int | None) -> None:
    """Marks one news item of this account as read. Without `news_id`, marks all news of this account as read. Raises
    StoreUnavailable."""
    with context.database.writing() as session:
        tables.mark_read(session, by.account_id, context.now(), news_id)


comments_of = reads(tables.comments)


def colleagues(context: Context, by: SignedIn) -> Sequence[tuple[int, str]]:
    """Returns the other accounts that write, review or translate texts. Raises StoreUnavailable."""
    with context.database.reading() as session:
        rows = tables.members(session, TEXT_ROLES)
        return [(one.id, one.label) for one in rows if one.id != by.account_id]


def comment(
    context: Context, by: SignedIn, draft_id: int, to: int | None, words: str, place: Place
) -> None:
    """Sends a comment on a draft or a screen to a colleague. Raises DraftRefused, NotFound, StoreUnavailable."""
    if not words.strip() or reveals(words):
        raise DraftRefused(Refusal.NOT_ABOUT_TEXT)
    with context.database.writing() as session:
        change = tables.get_draft(session, draft_id)
        people = {one.id for one in tables.members(session, TEXT_ROLES)} - {by.account_id}
        if to not in people:
            raise DraftRefused(Refusal.NO_ADDRESSEE)
        said = words.strip()[:COMMENT_LETTERS]
        add_news(session, NewsKind.COMMENT, change, [to], by, context.now(), said, place)


def answer(context: Context, by: SignedIn, news_id: int, words: str) -> None:
    """Sends an answer to the author of a comment or note. The answer is a comment on the same screen.

    The answered comment counts as read. An answer to the news about a returned draft does not mark this news as read.
    Raises DraftRefused, NotFound, StoreUnavailable.
    """
    with context.database.reading() as session:
        row = tables.own_news(session, by.account_id, news_id)
    if row is None:
        raise NotFound(
            "this comment was not for your account, so you cannot answer: reload the page"
        )
    place = Place(row.flow, row.node)
    comment(context, by, row.draft_id, row.made_by_id, words, place)
    if row.kind != NewsKind.SENT_BACK:
        mark_read(context, by, news_id)


def add_news(
    session: Session,
    kind: NewsKind,
    change: DraftRow,
    to: Iterable[int | None],
    by: Author | str,
    at: datetime,
    text: str = "",
    place: Place | None = None,
) -> None:
    """Adds the same news for several accounts, but not for the person who caused the news."""
    name, own = (by, None) if isinstance(by, str) else (by.name, by.account_id)
    place = place or WHOLE
    for account_id in dict.fromkeys(to):
        if account_id is not None and account_id != own:
            session.add(
                DraftNews(
                    account_id=account_id,
                    kind=kind,
                    draft_id=change.id,
                    flow=place.flow,
                    node=place.node,
                    text=text,
                    made_by_id=own,
                    made_by=name,
                    at=at,
                )
            )


def authors_of(session: Session, change: DraftRow) -> Sequence[int]:
    """Returns the accounts that wrote or submitted a draft."""
    known = {one.id for one in tables.members(session)}
    hands = [one.account_id for one in tables.step_authors(session, change.id)]
    return [one for one in dict.fromkeys((change.submitted_by_id, *hands)) if one in known]


def tell_published(
    session: Session,
    change: DraftRow,
    by: Author | str,
    at: datetime,
    behind: Collection[StaleTranslation],
) -> None:
    """Tells the authors that callers now see their draft, and tells the translators that a translation no longer
    matches its English text."""
    tables.mark_settled(session, change.id, (NewsKind.SENT_BACK, NewsKind.APPROVED), at)
    add_news(session, NewsKind.PUBLISHED, change, authors_of(session, change), by, at)
    languages = sorted({code for one in behind for code in one.languages})
    if languages:
        people = tables.members(session, {AccountRole.TRANSLATOR})
        said = " ".join(languages)
        add_news(session, NewsKind.STALE, change, [one.id for one in people], by, at, said)


def set_address(context: Context, by: SignedIn, address: str) -> bool:
    """Stores the mail address of an account, or deletes the address if `address` is empty. Returns False if the address
    is not valid.

    Raises KeyMissing, StoreUnavailable.
    """
    if address and not (ADDRESS.fullmatch(address) and len(address) <= ADDRESS_LETTERS):
        return False
    with context.database.writing() as session:
        row = tables.address(session, by.account_id)
        if address:
            if row is None:
                row = NewsAddress(account_id=by.account_id)
                session.add(row)
            row.encrypted_address = context.encrypter.number(address)
        elif row is not None:
            session.delete(row)
    return True
