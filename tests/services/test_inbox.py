"""What a responder's SMS does, once, and what an outsider's does not."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.domain.referral import Level, ReferralState
from hotline.errors import StoreUnavailable
from hotline.services.inbox import InboxOutcome, take_sms
from hotline.store import inbound
from hotline.store.contacts import InboundSeen, Stopped
from hotline.store.database import open_database
from hotline.store.messages import Message, Referral
from tests.builders import NOON, make_message
from tests.conftest import Clock
from tests.district import District
from tests.fakes import FakeLimiter
from tests.kits import make_kit


@pytest.fixture
def told(district: District) -> District:
    """One responder, told of one tip; the national desk stands by."""
    district.enrol()
    district.enrol(Level.NATIONAL, districts=())
    district.tell(urgency=3)
    district.deliver()
    district.sms.sent.clear()
    return district


def reference_of(district: District) -> str:
    return str(district.all(Referral)[0].reference)


def hear(
    district: District, text: str, *, number: int = 1, provider_id: str = "ATXid_a", minute: int = 0
) -> InboxOutcome:
    message = make_message(
        provider_id=provider_id,
        sender=f"+2507880000{number:02}",
        text=text,
        sent_at=NOON + timedelta(minutes=minute),
    )
    outcome = take_sms(district.kit, message)
    district.deliver()
    return outcome


def test_one_and_the_reference_takes_it_and_she_is_told(told: District) -> None:
    reference = reference_of(told)
    assert hear(told, f"1 {reference}") is InboxOutcome.TAKEN

    assert told.all(Referral)[0].state == ReferralState.ACKNOWLEDGED
    assert told.sms.sent == [("+250788000001", f"{reference}: you have taken it. Thank you.")]
    assert told.all(Message)[-1].priority == 4


def test_the_gateway_repeats_itself_and_nothing_happens_twice(told: District) -> None:
    outcomes = [hear(told, f"1 {reference_of(told)}") for _ in range(3)]
    assert outcomes == [InboxOutcome.TAKEN, InboxOutcome.REPEATED, InboxOutcome.REPEATED]
    assert len(told.sms.sent) == 1
    with told.database.reading() as session:
        (seen,) = session.scalars(select(InboundSeen))
    assert seen.outcome == "taken"


def test_she_repeats_herself_and_is_told_the_same(told: District) -> None:
    for minute, provider_id in enumerate(("ATXid_a", "ATXid_b")):
        hear(told, f"1 {reference_of(told)}", provider_id=provider_id, minute=minute)
    assert len(told.sms.sent) == 2
    assert len(set(told.sms.sent)) == 1


def test_two_alike_in_one_second_are_one(told: District) -> None:
    outcomes = [
        hear(told, f"1 {reference_of(told)}", provider_id=provider_id)
        for provider_id in ("ATXid_a", "ATXid_b")
    ]
    assert outcomes == [InboxOutcome.TAKEN, InboxOutcome.REPEATED]
    assert len(told.sms.sent) == 1


def test_a_colleague_was_quicker(district: District) -> None:
    for _ in range(2):
        district.enrol()
    district.enrol(Level.NATIONAL, districts=())
    district.tell(urgency=1)
    one, two, _ = district.all(Referral)
    with district.database.writing() as session:
        inbound.begin(session, district.clock())
    hear(district, f"1 {one.reference}")
    outcome = hear(district, f"1 {two.reference}", number=2, provider_id="ATXid_b")
    assert outcome is InboxOutcome.ALREADY_TAKEN
    assert district.sms.sent[-1][1] == f"{two.reference}: already taken by a colleague. Thank you."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0", "Reply 1 and the reference"),
        ("help", "Reply 1 and the reference"),
        ("what?", "Not understood"),
        ("", "Not understood"),
        ("1", "Not understood"),
        ("{0}", "Not understood"),
        ("2 {0}", "Not understood"),
        ("5 {0}", "Not understood"),
    ],
)
def test_anything_else_is_answered_with_help(told: District, text: str, words: str) -> None:
    assert hear(told, text.format(reference_of(told))) is InboxOutcome.HELPED
    assert told.sms.sent[0][1].startswith(words)
    assert told.all(Referral)[0].state == ReferralState.SENT


def test_the_third_wrong_reference_in_an_hour_gets_no_answer(told: District) -> None:
    limiter = FakeLimiter()
    kit = replace(told.kit, limiter=limiter)
    for number, answers in enumerate((1, 2, 2, 2), 1):
        sent_at = NOON + timedelta(minutes=number)
        message = make_message(provider_id=f"ATXid_{number}", text="1 A3C4", sent_at=sent_at)
        assert take_sms(kit, message) is InboxOutcome.WRONG_REFERENCE
        told.deliver()
        assert len(told.sms.sent) == answers
    assert not any("A3C4" in text for _, text in told.sms.sent)
    assert limiter.windows == {"wrong_reference": 3600}


def test_a_right_one_counts_however_many_were_wrong(told: District) -> None:
    for number in range(5):
        hear(told, "1 A3C4", provider_id=f"ATXid_{number}", minute=number)
    assert hear(told, f"1 {reference_of(told)}") is InboxOutcome.TAKEN


def test_another_responders_reference_is_a_wrong_one(told: District) -> None:
    assert hear(told, f"1 {reference_of(told)}", number=2) is InboxOutcome.WRONG_REFERENCE
    assert told.all(Referral)[0].state == ReferralState.SENT


@pytest.mark.parametrize("text", ["1 {0}", "0", "hello"])
def test_a_stranger_is_sent_nothing(told: District, text: str) -> None:
    outcome = hear(told, text.format(reference_of(told)), number=77)
    assert outcome is InboxOutcome.UNKNOWN_SENDER
    assert told.sms.sent == []
    assert told.all(Referral)[0].state == ReferralState.SENT
    with told.database.reading() as session:
        assert [row.outcome for row in session.scalars(select(InboundSeen))] == ["unknown_sender"]


@pytest.mark.parametrize("text", ["STOP", "hagarika", "arrêt"])
@pytest.mark.parametrize("number", [1, 77])
def test_who_asks_for_silence_gets_it(told: District, text: str, number: int) -> None:
    assert hear(told, text, number=number) is InboxOutcome.STOPPED
    assert told.sms.sent == []
    with told.database.reading() as session:
        stopped = session.scalars(select(Stopped.number_key)).all()
    assert stopped == [f"stop key of +2507880000{number:02}"]
    assert told.responder(1).unreachable == ("stopped" if number == 1 else None)


def test_what_was_written_is_nowhere_kept(told: District) -> None:
    hear(told, "umwana wanjye yabuze 1 A3C4")
    with told.database.reading() as session:
        for table in (InboundSeen, Message):
            for row in session.scalars(select(table)):
                assert "umwana" not in str(vars(row))


def test_a_store_that_fails_says_so(tmp_path: Path, clock: Clock) -> None:
    database = open_database(f"sqlite:///{tmp_path}/none/hotline.db")
    with pytest.raises(StoreUnavailable):
        take_sms(make_kit(database=database, now=clock), make_message())
    database.close()
