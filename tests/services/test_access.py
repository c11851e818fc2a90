"""Who may read a tip, and what a reading leaves behind."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from hotline.domain.desk.desks import DeskKind
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import NATIONAL, TipState
from hotline.errors import DeskRefused, EndRefused, NotFound, PassphraseWrong, SealBroken
from hotline.sealing.deskkeys import open_by_passphrase
from hotline.sealing.opening import stretched
from hotline.sealing.passphrase import Costs
from hotline.sealing.sealer import Sealer
from hotline.services.desk import access, audit_log, desk_register
from hotline.services.desk.desk_register import NewDesk
from hotline.store.database import Database
from hotline.store.desk import desks
from hotline.store.desk.audit import AuditEntry
from hotline.store.desk.desks import Desk, DeskMember
from hotline.store.desk.recovery_pairs import RecoveryPair
from hotline.store.outbox.messages import Referral
from hotline.store.people import responders
from hotline.store.tips import told_tips
from hotline.store.tips.tips import Tip
from tests.builders import NOON, make_referral, make_responder, make_tip
from tests.conftest import Clock
from tests.kits import WholeKit, make_kit
from tests.two_people import ALICE, WITH_BOSCO

SIGNED: dict[str, Any] = {"by": ALICE, "reason": "court asked"}
PASSPHRASE = "correct horse"
QUICK = Costs(passes=1, kib=8)
ANSWERS = {"danger": "yes", "landmark": "hafi y'ishuri"}


@pytest.fixture
def kit(database: Database, clock: Clock) -> WholeKit:
    return replace(make_kit(database=database, now=clock), sealer=Sealer())


@pytest.fixture
def desked(kit: WholeKit) -> WholeKit:
    """With every desk's keys made."""
    access.make_desks(kit, PASSPHRASE, costs=QUICK)
    return kit


def file_tip(kit: WholeKit, *, place: str = "12", to: tuple[str, ...] = ("12", NATIONAL)) -> int:
    tip = make_tip(place=place)
    with kit.database.writing() as session:
        sealed = kit.sealer.tip(
            ANSWERS, uid=tip.uid, place=place, desks=desks.public_keys(session, to)
        )
        tip.body = sealed.body
        session.add(tip)
        session.flush()
        told_tips.grant(session, tip.id, sealed.grants, first=True)
        return tip.id


def logged(kit: WholeKit) -> list[tuple[str, str, str, str]]:
    """The log's rows, after the one of making desks."""
    with kit.database.reading() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    return [(row.actor, row.action, row.subject, row.reason) for row in rows][1:]


def test_every_district_and_the_nation_have_a_desk(desked: WholeKit) -> None:
    assert access.missing_desks(desked) == []
    with desked.database.reading() as session:
        codes = desks.codes(session)
        keys = desks.public_keys(session, codes)
    assert len(codes) == 31
    assert NATIONAL in codes
    assert len(set(keys.values())) == 31, "no two desks open each other's tips"


def test_making_desks_again_changes_no_key(desked: WholeKit) -> None:
    with desked.database.reading() as session:
        before = session.execute(select(Desk.code, Desk.public_key)).all()

    assert access.make_desks(desked, "another passphrase", costs=QUICK) == ()
    with desked.database.reading() as session:
        assert session.execute(select(Desk.code, Desk.public_key)).all() == before


def test_no_desk_s_private_key_is_in_the_database(desked: WholeKit) -> None:
    with desked.database.reading() as session:
        wrapped = session.scalars(select(DeskMember.wrapped_key)).all()
        pairs = session.scalars(select(RecoveryPair.wrapped_key)).all()
    assert (len(wrapped), len(pairs)) == (31, 1)
    for envelope in wrapped:
        with pytest.raises(PassphraseWrong):
            open_by_passphrase(
                envelope,
                "guess",
                desk="12",
                member=desks.ENROLMENT,
                recovery=pairs,
                stretch=stretched,
            )


@pytest.mark.parametrize("desk", ["12", NATIONAL])
def test_each_granted_desk_reads_it_and_leaves_a_row(desked: WholeKit, desk: str) -> None:
    tip_id = file_tip(desked)

    opened = access.read_tip(desked, tip_id, desk=desk, passphrase=PASSPHRASE, **SIGNED)

    assert opened.answers == ANSWERS
    assert "ishuri" not in repr(opened)
    assert logged(desked) == [
        (f"desk:{desk}:Alice", "tip_read", f"tip:{tip_id}", f"court asked{WITH_BOSCO}")
    ]


def test_a_desk_without_a_grant_is_told_so_and_every_try_leaves_a_row(desked: WholeKit) -> None:
    tip_id = file_tip(desked, to=(NATIONAL,))

    with pytest.raises(NotFound, match="no grant"):
        access.check_grant(desked, tip_id, desk="12", **SIGNED)
    with pytest.raises(NotFound, match="no grant"):
        access.read_tip(desked, tip_id, desk="12", passphrase=PASSPHRASE, **SIGNED)
    refused = (
        "desk:12:Alice",
        "tip_refused",
        f"tip:{tip_id}",
        f"no grant: court asked{WITH_BOSCO}",
    )
    assert logged(desked) == [refused, refused]


def test_a_wrong_passphrase_opens_nothing_and_is_logged(desked: WholeKit) -> None:
    tip_id = file_tip(desked)

    with pytest.raises(PassphraseWrong):
        access.read_tip(desked, tip_id, desk="12", passphrase="wrong", **SIGNED)
    assert logged(desked) == [
        (
            "desk:12:Alice",
            "tip_refused",
            f"tip:{tip_id}",
            f"wrong passphrase: court asked{WITH_BOSCO}",
        )
    ]


def test_a_tip_that_was_moved_to_another_place_does_not_open(desked: WholeKit) -> None:
    tip_id = file_tip(desked)
    with desked.database.writing() as session:
        tip = session.get(Tip, tip_id)
        assert tip is not None
        tip.place = "13"

    with pytest.raises(SealBroken):
        access.read_tip(desked, tip_id, desk="12", passphrase=PASSPHRASE, **SIGNED)
    assert logged(desked) == []


def test_drafts_are_nobody_s_to_read_or_list(desked: WholeKit) -> None:
    tip_id = file_tip(desked)
    with desked.database.writing() as session:
        tip = session.get(Tip, tip_id)
        assert tip is not None
        tip.state = TipState.DRAFT

    assert access.list_tips(desked) == []
    with pytest.raises(NotFound):
        access.read_tip(desked, tip_id, desk="12", passphrase=PASSPHRASE, **SIGNED)


def test_a_listed_tip_says_who_took_it_first(kit: WholeKit) -> None:
    with kit.database.writing() as session:
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
                    tip_id=one.id,
                    responder_id=person.id,
                    reference=reference,
                    acknowledged_at=at,
                )
            )

    listed = access.list_tips(kit)
    assert [(row.tip.uid[0], row.acknowledged_by, row.referrals) for row in listed] == [
        ("2", None, 0),
        ("1", "Gasabo 3", 3),
    ]


@pytest.mark.row("A10")
def test_the_log_of_readings_is_whole(desked: WholeKit) -> None:
    tip_id = file_tip(desked)
    for _ in range(2):
        access.read_tip(desked, tip_id, desk="12", passphrase=PASSPHRASE, **SIGNED)

    chain = audit_log.verify(desked)
    assert (chain.length, chain.broken_at) == (3, None)


def test_the_national_desk_sends_down_what_was_withheld_and_its_district_reads_it(
    desked: WholeKit,
) -> None:
    tip_id = file_tip(desked, to=(NATIONAL,))
    with desked.database.writing() as session:
        tip = session.get_one(Tip, tip_id)
        tip.official, tip.referred_at, tip.referred_urgency = "yes", NOON, 1
        session.add(make_responder())
    with pytest.raises(NotFound):
        access.read_tip(desked, tip_id, desk="12", passphrase=PASSPHRASE, **SIGNED)
    with pytest.raises(PassphraseWrong):
        access.send_down(desked, tip_id, passphrase="wrong", **SIGNED)

    access.send_down(desked, tip_id, passphrase=PASSPHRASE, **SIGNED)

    read = access.read_tip(desked, tip_id, desk="12", passphrase=PASSPHRASE, **SIGNED)
    assert read.answers == ANSWERS
    with desked.database.reading() as session:
        (told,) = session.scalars(select(Referral))
    assert told.responder_id == 1
    assert ("cli:Alice", "tip_sent_down", f"tip:{tip_id}", f"court asked{WITH_BOSCO}") in logged(
        desked
    )
    with pytest.raises(EndRefused):
        access.send_down(desked, tip_id, passphrase=PASSPHRASE, **SIGNED)


def test_what_is_sent_down_is_sealed_to_its_camps_desk_too_and_told_there(desked: WholeKit) -> None:
    new = NewDesk("camp-mahama", DeskKind.PROTECTION, "Mahama", "55c1")
    desk_register.add(desked, new, passphrase=PASSPHRASE, costs=QUICK, **SIGNED)
    for bad in (
        replace(new, place=None),
        replace(new, place="55"),
        replace(new, kind=DeskKind.BORDER),
    ):
        with pytest.raises(DeskRefused):
            desk_register.add(desked, bad, passphrase=PASSPHRASE, costs=QUICK, **SIGNED)
    tip_id = file_tip(desked, place="55", to=(NATIONAL,))
    with desked.database.writing() as session:
        tip = session.get_one(Tip, tip_id)
        tip.official, tip.sector, tip.referred_at = "unsure", "55c1", NOON
        session.add(person := make_responder(districts=("55",)))
        session.flush()
        responders.place(session, person, {new.code: Level.RESPONDER}, [], NOON)

    access.send_down(desked, tip_id, passphrase=PASSPHRASE, **SIGNED)

    for desk in ("55", new.code):
        read = access.read_tip(desked, tip_id, desk=desk, passphrase=PASSPHRASE, **SIGNED)
        assert read.answers == ANSWERS
    with desked.database.reading() as session:
        assert [one.responder_id for one in session.scalars(select(Referral))] == [1]
