"""Tests the reading of tips: the desks that may read a tip, and the row in the log for each reading."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from hotline.cases import decrypt_access
from hotline.core.database import Database
from hotline.gateway.tables import Assignment
from hotline.keys.encrypt import Encrypter
from hotline.keys.passphrase import Costs
from hotline.people import service_audit, service_desks, tables, tables_desks
from hotline.people.decrypt_passphrase import PassphraseDecrypter, WrappedDesk
from hotline.people.rules import DeskKind, Level
from hotline.people.service_desks import NewDesk
from hotline.people.tables_audit import AuditEntry
from hotline.people.tables_desks import Desk, DeskMember, RecoveryPair
from hotline.text.errors import DecryptionFailed, DeskRefused, EndRefused, NotFound, PassphraseWrong
from hotline.text.places import NATIONAL
from hotline.tips import queries
from hotline.tips.rules import TipState
from hotline.tips.tables import Tip
from tests.support.builders import NOON, make_referral, make_responder, make_tip
from tests.support.clock import Clock
from tests.support.contexts import WholeContext, make_context
from tests.support.two_people import ALICE, WITH_BOSCO

SIGNED: dict[str, Any] = {"by": ALICE, "reason": "court asked"}
PASSPHRASE = "correct horse"
QUICK = Costs(passes=1, kib=8)
ANSWERS = {"danger": "yes", "landmark": "hafi y'ishuri"}


@pytest.fixture
def context(database: Database, clock: Clock) -> WholeContext:
    return replace(make_context(database=database, now=clock), encrypter=Encrypter())


@pytest.fixture
def desked(context: WholeContext) -> WholeContext:
    """Makes a key pair for every desk."""
    decrypt_access.make_desks(context, PASSPHRASE, costs=QUICK)
    return context


def file_tip(
    context: WholeContext, *, place: str = "12", to: tuple[str, ...] = ("12", NATIONAL)
) -> int:
    tip = make_tip(place=place)
    with context.database.writing() as session:
        encrypted = context.encrypter.tip(
            ANSWERS, uid=tip.uid, place=place, desks=tables_desks.public_keys(session, to)
        )
        tip.body = encrypted.body
        session.add(tip)
        session.flush()
        queries.give_keys(session, tip.id, encrypted.grants, first=True)
        return tip.id


def read(
    desked: WholeContext, tip_id: int, desk: str = "12", passphrase: str = PASSPHRASE
) -> decrypt_access.DecryptedTip:
    return decrypt_access.read_tip(desked, tip_id, desk=desk, passphrase=passphrase, **SIGNED)


def logged(context: WholeContext) -> list[tuple[str, str, str, str]]:
    """Returns the rows of the log without the first rows, which are about creating desks."""
    with context.database.reading() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    return [(row.actor, row.action, row.subject, row.reason) for row in rows][1:]


def test_every_district_has_a_desk_with_its_own_key(desked: WholeContext) -> None:
    assert decrypt_access.missing_desks(desked) == []
    with desked.database.reading() as session:
        codes = tables_desks.desk_codes(session)
        keys = tables_desks.public_keys(session, codes)
    assert len(codes) == 31
    assert NATIONAL in codes
    assert len(set(keys.values())) == 31, "no two desks open each other's tips"


def test_second_creation_of_desks_changes_no_key(desked: WholeContext) -> None:
    with desked.database.reading() as session:
        before = session.execute(select(Desk.code, Desk.public_key)).all()

    assert decrypt_access.make_desks(desked, "another passphrase", costs=QUICK) == ()
    with desked.database.reading() as session:
        assert session.execute(select(Desk.code, Desk.public_key)).all() == before


def test_database_has_no_unencrypted_desk_key(desked: WholeContext) -> None:
    with desked.database.reading() as session:
        wrapped = session.scalars(select(DeskMember.wrapped_key)).all()
        pairs = session.scalars(select(RecoveryPair.wrapped_key)).all()
    assert (len(wrapped), len(pairs)) == (31, 1)
    for envelope in wrapped:
        with pytest.raises(PassphraseWrong):
            PassphraseDecrypter(ALICE, "guess").open(
                WrappedDesk("12", envelope, None, tuple(pairs))
            )


@pytest.mark.parametrize("desk", ["12", NATIONAL])
def test_desk_with_access_reads_tip_and_is_logged(desked: WholeContext, desk: str) -> None:
    tip_id = file_tip(desked)

    opened = read(desked, tip_id, desk)

    assert opened.answers == ANSWERS
    assert "ishuri" not in repr(opened)
    assert logged(desked) == [
        (f"desk:{desk}:Alice", "tip_read", f"tip:{tip_id}", f"court asked{WITH_BOSCO}")
    ]


def test_desk_without_access_is_refused_and_each_attempt_is_logged(desked: WholeContext) -> None:
    tip_id = file_tip(desked, to=(NATIONAL,))

    with pytest.raises(NotFound, match="cannot read tip"):
        decrypt_access.check_grant(desked, tip_id, desk="12", **SIGNED)
    with pytest.raises(NotFound, match="cannot read tip"):
        read(desked, tip_id)
    refused = (
        "desk:12:Alice",
        "tip_refused",
        f"tip:{tip_id}",
        f"no grant: court asked{WITH_BOSCO}",
    )
    assert logged(desked) == [refused, refused]


def test_wrong_passphrase_decrypts_nothing_and_is_logged(desked: WholeContext) -> None:
    tip_id = file_tip(desked)

    with pytest.raises(PassphraseWrong):
        read(desked, tip_id, passphrase="wrong")
    assert logged(desked) == [
        (
            "desk:12:Alice",
            "tip_refused",
            f"tip:{tip_id}",
            f"wrong passphrase: court asked{WITH_BOSCO}",
        )
    ]


def test_tip_with_altered_place_cannot_be_decrypted(desked: WholeContext) -> None:
    tip_id = file_tip(desked)
    with desked.database.writing() as session:
        tip = session.get(Tip, tip_id)
        assert tip is not None
        tip.place = "13"

    with pytest.raises(DecryptionFailed):
        read(desked, tip_id)
    assert logged(desked) == []


def test_drafts_are_neither_listed_nor_read(desked: WholeContext) -> None:
    tip_id = file_tip(desked)
    with desked.database.writing() as session:
        tip = session.get(Tip, tip_id)
        assert tip is not None
        tip.state = TipState.DRAFT

    assert decrypt_access.list_tips(desked) == []
    with pytest.raises(NotFound):
        read(desked, tip_id)


def test_tip_list_names_first_acknowledging_responder(context: WholeContext) -> None:
    with context.database.writing() as session:
        one, other = make_tip(uid="1" * 32), make_tip(uid="2" * 32)
        people = [
            make_responder(name=f"Gasabo {n}", msisdn=f"+25078800000{n}") for n in range(1, 4)
        ]
        session.add_all([one, other, *people])
        session.flush()
        times = {"K7Q1": None, "K7Q2": NOON.replace(minute=9), "K7Q3": NOON.replace(minute=5)}
        for person, (reference, at) in zip(people, times.items(), strict=True):
            session.add(
                make_referral(
                    tip_id=one.id, responder_id=person.id, reference=reference, acknowledged_at=at
                )
            )

    listed = decrypt_access.list_tips(context)
    assert [(row.tip.uid[0], row.acknowledged_by, row.assignments) for row in listed] == [
        ("2", None, 0),
        ("1", "Gasabo 3", 3),
    ]


@pytest.mark.row("A10")
def test_log_of_readings_has_an_intact_chain(desked: WholeContext) -> None:
    tip_id = file_tip(desked)
    for _ in range(2):
        read(desked, tip_id)

    chain = service_audit.verify_chain(desked)
    assert (chain.length, chain.broken_at) == (3, None)


def test_national_desk_gives_district_access_to_withheld_tip(desked: WholeContext) -> None:
    tip_id = file_tip(desked, to=(NATIONAL,))
    with desked.database.writing() as session:
        tip = session.get_one(Tip, tip_id)
        tip.official, tip.assigned_at, tip.alert_urgency = "yes", NOON, 1
        session.add(make_responder())
    with pytest.raises(NotFound):
        read(desked, tip_id)
    with pytest.raises(PassphraseWrong):
        decrypt_access.send_down(desked, tip_id, passphrase="wrong", **SIGNED)

    decrypt_access.send_down(desked, tip_id, passphrase=PASSPHRASE, **SIGNED)

    assert read(desked, tip_id).answers == ANSWERS
    with desked.database.reading() as session:
        (told,) = session.scalars(select(Assignment))
    assert told.responder_id == 1
    assert ("cli:Alice", "tip_sent_down", f"tip:{tip_id}", f"court asked{WITH_BOSCO}") in logged(
        desked
    )
    with pytest.raises(EndRefused):
        decrypt_access.send_down(desked, tip_id, passphrase=PASSPHRASE, **SIGNED)


def test_access_for_district_includes_the_camp_s_desk_and_alerts_it(
    desked: WholeContext,
) -> None:
    new = NewDesk("camp-mahama", DeskKind.PROTECTION, "Mahama", "55c1")
    service_desks.add_desk(desked, new, passphrase=PASSPHRASE, **SIGNED)
    for bad in (
        replace(new, place=None),
        replace(new, place="55"),
        replace(new, kind=DeskKind.BORDER),
    ):
        with pytest.raises(DeskRefused):
            service_desks.add_desk(desked, bad, passphrase=PASSPHRASE, **SIGNED)
    tip_id = file_tip(desked, place="55", to=(NATIONAL,))
    with desked.database.writing() as session:
        tip = session.get_one(Tip, tip_id)
        tip.official, tip.sector, tip.assigned_at = "unsure", "55c1", NOON
        session.add(person := make_responder(districts=("55",)))
        session.flush()
        tables.set_desks(session, person, {new.code: Level.RESPONDER}, [], NOON)

    decrypt_access.send_down(desked, tip_id, passphrase=PASSPHRASE, **SIGNED)

    for desk in ("55", new.code):
        assert read(desked, tip_id, desk).answers == ANSWERS
    with desked.database.reading() as session:
        assert [one.responder_id for one in session.scalars(select(Assignment))] == [1]
