"""Tests news and comments about drafts: who gets news and comments, what a comment may contain, and the daily mail."""

import copy
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hotline.core.actors import AccountRole, AccountState, Actor
from hotline.core.mail import SUBJECT, send_mail
from hotline.editing import service_news, service_news_mail, service_publish
from hotline.editing.rules_drafts import NewsKind
from hotline.editing.service_drafts import Refusal
from hotline.editing.service_news import WHOLE
from hotline.editing.tables import DraftNews
from hotline.flows.conversation import Place
from hotline.people.tables_accounts import ConsoleAccount
from hotline.text.errors import DraftRefused
from tests.editing.changing import APPROVER, EDITOR, OTHER, Desk, refusal
from tests.monitoring.test_instruments import mailbox
from tests.support.clock import Clock

__all__ = ["mailbox"]

ROLES = ("editor", "editor", "approver", "translator", "admin")
ADDRESS = "editor@here.example"


@pytest.fixture(autouse=True)
def roles(desk: Desk) -> None:
    """Gives the accounts their roles. The fourth account is a translator's. The role of the fifth account has nothing
    to do with texts."""
    with desk.context.database.writing() as session:
        rows = session.scalars(select(ConsoleAccount).order_by(ConsoleAccount.id)).all()
        for row, role in zip(rows, ROLES, strict=True):
            row.roles = [role]


def signed(who: Actor, role: AccountRole = AccountRole.EDITOR) -> Any:
    """Returns a signed-in account. Services use only the id, the name and the roles of the account."""
    return Reader(who.name, who.account_id or 0, frozenset({role}))


class Reader:
    def __init__(self, name: str, account_id: int, roles: frozenset[AccountRole]) -> None:
        self.name, self.account_id, self.roles = name, account_id, roles


WRITER = signed(EDITOR)
READER = signed(APPROVER, AccountRole.APPROVER)


def news(desk: Desk, account_id: int) -> list[tuple[str, str]]:
    """Returns the unread news of an account, with their texts."""
    with desk.context.database.reading() as session:
        rows = select(DraftNews).where(
            DraftNews.account_id == account_id, DraftNews.read_at.is_(None)
        )
        return [(row.kind, row.text) for row in session.scalars(rows.order_by(DraftNews.id))]


@pytest.mark.row("A12")
def test_a_returned_draft_is_told_answered_and_settled(desk: Desk) -> None:
    change = desk.proposed()
    service_publish.send_back(desk.context, APPROVER, change, "Is that the law?")
    assert news(desk, 1) == [(NewsKind.SENT_BACK, "Is that the law?")]
    ((row, of),) = service_news.news_of(desk.context, WRITER).news
    assert of.id == change
    service_news.answer(desk.context, WRITER, row.id, "Yes, since June.")
    assert news(desk, 3) == [(NewsKind.COMMENT, "Yes, since June.")]
    assert service_news.unread_count(desk.context, WRITER) == 1, "until it is submitted again"
    desk.submit(change)
    assert news(desk, 1) == []
    waiting = service_news.news_of(desk.context, READER).waiting
    assert [one.id for one in waiting] == [change]
    desk.publish(change)
    assert news(desk, 1) == [(NewsKind.PUBLISHED, "")]
    assert service_news.news_of(desk.context, WRITER).waiting == ()


def test_an_old_translation_is_told_to_translators(desk: Desk) -> None:
    change = desk.opened()
    flow: Any = copy.deepcopy(dict(desk.draft(change).document or {}))
    flow["nodes"]["one"]["say"]["text"]["en"] = "New English"
    desk.save(change, flow)
    desk.goes_live(change, keeps_languages=True)
    assert news(desk, 4) == [(NewsKind.STALE, "fr rw")]
    assert news(desk, 5) == []


@pytest.mark.parametrize(
    "words", ["", "ring 0788_123_456", "write to a@b.example", "as in K7 Q4AC", "250788123456"]
)
def test_a_comment_is_about_texts(desk: Desk, words: str) -> None:
    change = desk.proposed()
    refused = refusal(service_news.comment, desk.context, WRITER, change, 3, words, WHOLE)
    assert refused.refusal is Refusal.NOT_ABOUT_TEXT
    if words:
        send_back = service_publish.send_back
        assert refusal(send_back, desk.context, APPROVER, change, words) == refused
    assert news(desk, 3) == []


def test_only_who_works_with_texts_gets_a_comment(desk: Desk) -> None:
    change = desk.proposed()
    for to in (None, 1, 5, 99):
        refused = refusal(service_news.comment, desk.context, WRITER, change, to, "Look", WHOLE)
        assert refused == DraftRefused(Refusal.NO_ADDRESSEE)
    place = Place("learn", "one")
    service_news.comment(desk.context, WRITER, change, 4, "Look", place)
    assert [row.text for row in service_news.comments_of(desk.context, change, place)] == ["Look"]
    assert service_news.comments_of(desk.context, change, Place("learn", "two")) == []
    assert [name for _, name in service_news.colleagues(desk.context, WRITER)] == [
        "Approver 1",
        "Approver 2",
        "Editor 2",
    ]


@pytest.fixture
def mailed(desk: Desk, mailbox: tuple[str, list[str]]) -> tuple[Desk, list[str]]:
    place, received = mailbox
    server = f"smtp://line%40here.example@{place}"
    object.__setattr__(desk.context, "mail_server", server)
    object.__setattr__(desk.context, "encrypter", PlainNumbers())
    assert service_news.set_address(desk.context, WRITER, ADDRESS)
    return desk, received


class PlainNumbers:
    def number(self, text: str) -> bytes:
        return text.encode()


def test_a_mail_only_counts_tasks(mailed: tuple[Desk, list[str]], clock: Clock) -> None:
    desk, received = mailed
    change = desk.proposed()
    for words in ("Is that the law?", "And the fee?"):
        service_news.comment(desk.context, READER, change, 1, words, WHOLE)
    service_news_mail.send_due(desk.context)
    assert received == [], "a person at work sees it in the console"
    clock.turn(minutes=20)
    service_news_mail.send_due(desk.context)
    (mail,) = received
    head, _, body = mail.replace("\r", "").partition("\n\n")
    assert f"To: {ADDRESS}" in head
    assert f"Subject: {SUBJECT}" in head
    assert body.strip() == "Tasks that wait for you: 2. To see the tasks, sign in to the console."
    assert not re.search("New words|Approver|law|http", mail)

    clock.turn(minutes=1)
    service_news.comment(desk.context, READER, change, 1, "Once more", WHOLE)
    for _ in range(5):
        clock.turn(hours=1)
        service_news_mail.send_due(desk.context)
    assert len(received) == 1, "once a day"
    clock.turn(hours=20)
    service_news_mail.send_due(desk.context)
    assert "for you: 3." in received[1]
    clock.turn(hours=24)
    service_news_mail.send_due(desk.context)
    assert len(received) == 2, "nothing is new"


def test_no_mail_goes_out_without_a_server_or_an_address(
    mailed: tuple[Desk, list[str]], clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    desk, received = mailed
    service_news.comment(desk.context, READER, desk.proposed(), 1, "Look", WHOLE)
    server = desk.context.mail_server
    object.__setattr__(desk.context, "mail_server", "")
    clock.turn(hours=1)
    service_news_mail.send_due(desk.context)
    object.__setattr__(desk.context, "mail_server", "smtp://127.0.0.1:9")
    clock.turn(hours=1)
    service_news_mail.send_due(desk.context)
    assert caplog.messages == ["a mail with news of a draft was not sent: ConnectionRefusedError"]
    object.__setattr__(desk.context, "mail_server", server)
    assert service_news.set_address(desk.context, WRITER, "")
    clock.turn(hours=24)
    service_news_mail.send_due(desk.context)
    assert received == []
    for wrong in ("no address", "a@b.rw,c@d.rw", "a..b@c.rw", "a@b.rw>", "a@[1.2.3.4]", "a@b"):
        assert not service_news.set_address(desk.context, WRITER, wrong), wrong


def test_one_bad_address_silences_nobody_and_a_dead_server_only_delays(
    mailed: tuple[Desk, list[str]],
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk, received = mailed
    change = desk.proposed()
    assert service_news.set_address(desk.context, READER, "approver@here.example")
    faults = iter((ConnectionRefusedError(), ValueError(ADDRESS)))

    def fails(server: str, recipient: str, text: str) -> None:
        if fault := next(faults, None):
            raise fault
        send_mail(server, recipient, text)

    monkeypatch.setattr(service_news_mail, "send_mail", fails)
    service_news.comment(desk.context, READER, change, 1, "Look", WHOLE)
    clock.turn(hours=1)
    service_news_mail.send_due(desk.context)
    assert caplog.messages == ["a mail with news of a draft was not sent: ConnectionRefusedError"]
    assert service_news.set_address(desk.context, WRITER, ADDRESS), "does not forget the last mail"
    third = signed(OTHER)
    assert service_news.set_address(desk.context, third, "other@here.example")
    service_news.comment(desk.context, READER, change, 2, "Look", WHOLE)
    clock.turn(hours=1)
    service_news_mail.send_due(desk.context)
    assert caplog.messages[1:] == ["a mail with news of a draft was not sent: ValueError"]
    assert ["approver@" in mail for mail in received] == [True]


def test_an_ended_account_gets_no_mail(mailed: tuple[Desk, list[str]], clock: Clock) -> None:
    desk, received = mailed
    service_news.comment(desk.context, READER, desk.proposed(), 1, "Look", WHOLE)
    with desk.context.database.writing() as session:
        row = session.get_one(ConsoleAccount, 1)
        row.suspended_until = clock() + timedelta(days=2)
    clock.turn(days=1)
    service_news_mail.send_due(desk.context)
    with desk.context.database.writing() as session:
        session.get_one(ConsoleAccount, 1).state = AccountState.ENDED
    clock.turn(days=2)
    service_news_mail.send_due(desk.context)
    assert received == []
    assert not service_news.news_of(desk.context, WRITER).has_address


def test_comments_go_a_year_after_their_draft(desk: Desk, clock: Clock) -> None:
    change, kept = desk.proposed(), desk.opened("Still open")
    for one in (change, kept):
        service_news.comment(desk.context, READER, one, 1, "Look", WHOLE)
    desk.publish(change)
    clock.turn(days=364)
    service_news_mail.send_due(desk.context)
    assert len(service_news.comments_of(desk.context, change)) == 1
    clock.turn(days=2)
    service_news_mail.send_due(desk.context)
    assert service_news.comments_of(desk.context, change) == []
    assert len(service_news.comments_of(desk.context, kept)) == 1
