"""Tests the only answer to a cry for help by SMS: its text, and each condition for sending it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.alerts.tables import InboxRead
from hotline.cases import service_retention
from hotline.core.contexts import Job
from hotline.dialogue import service_answers, service_commit
from hotline.dialogue.service_sms import Arrival, InboxOutcome, MessageOutcome, take_sms
from hotline.gateway.rules import AnswerForm, MessageState, Outcome, SendResult
from hotline.gateway.stand_ins import FakeSms
from hotline.keys.decrypt import LiveNumbers
from hotline.keys.encrypt import Encrypter
from hotline.keys.key_folder import LISTED, LiveKeys
from hotline.people.rules import Level
from tests.support.builders import make_message
from tests.support.callers import SECRETS, Line
from tests.support.contexts import make_line
from tests.support.servers import every_value
from tests.support.texting import answers_of

HERS = "+250788000055"
CRY = "mumfashe ndafungiranye"
SAYS = {
    "rw": "Akazi gatekanye n'umuryango: kanda *384*777#",
    "fr": "Travail et famille en sécurité: composez *384*777#",
    "en": "Safe work and family: dial *384*777#",
}
BOTH = (Arrival.GATEWAY, Arrival.LISTED)


@pytest.fixture
def sms(line: Line, tmp_path: Path) -> FakeSms:
    """Sets up a hotline that answers cries for help, and returns the messages that it sends."""
    sent, keys = FakeSms(), tmp_path / "keys"
    line.context = replace(
        line.context,
        sms=sent,
        encrypter=Encrypter(live=LiveKeys(keys / "hooks", "relay.pub")),
        numbers=LiveNumbers(LiveKeys(keys / "workers", "relay.key")),
        line=make_line(answer_cries=True, gateway_addresses=("192.0.2.0/28",)),
    )
    return sent


def writes(
    line: Line, text: str = CRY, *ways: Arrival, sender: str = HERS, after: int = 0
) -> MessageOutcome:
    """Delivers the same SMS in each of the given ways. The default is two ways: as a callback and in the inbox. Waits
    `after` seconds after each delivery."""
    at = line.context.now().replace(microsecond=0)
    message = make_message(provider_id=f"ATXid_{at:%j%H%M%S}", sender=sender, text=text, sent_at=at)
    for way in ways or BOTH:
        outcome = take_sms(line.context, message, way)
        line.clock.turn(seconds=after)
    return outcome


def sent(line: Line, sms: FakeSms) -> list[tuple[str, str]]:
    """Sends the answers that are due. Returns each answer with the phone number that received it."""
    service_answers.send_due(line.context)
    came = list(sms.sent)
    sms.sent.clear()
    return came


@pytest.mark.row("C2")
def test_urgent_sms_gets_the_short_code_answer(line: Line, sms: FakeSms) -> None:
    cries = {
        "rw": CRY,
        "fr": "il est en danger dans la maison avec elle",
        "en": "help me they are in the house",
    }
    for n, (code, text) in enumerate(cries.items()):
        sender = f"{HERS[:-1]}{n}"
        writes(line, text, sender=sender, after=1)
        assert sent(line, sms) == [(sender, SAYS[code])]
    assert [tip.urgency for tip in line.tips] == [1, 1, 1]


@pytest.mark.parametrize("ways", [BOTH, BOTH[::-1]])
def test_answer_needs_callback_and_inbox_in_any_order(
    line: Line, sms: FakeSms, ways: tuple[Arrival, ...]
) -> None:
    writes(line, CRY, *ways, after=10)
    (row,) = answers_of(line)
    assert line.jobs.scheduled[-1] == (Job.ANSWER, row.id)
    assert sent(line, sms) == [(HERS, SAYS["rw"])]


def test_one_arrival_alone_gets_no_answer(line: Line, sms: FakeSms) -> None:
    called, gateway, listed = Arrival.CALLED, Arrival.GATEWAY, Arrival.LISTED
    each = [(called,), (gateway,), (listed,), (called, listed), (gateway,) * 3]
    for n, ways in enumerate(each):
        writes(line, CRY, *ways, sender=f"{HERS[:-1]}{n}", after=1)
        assert sent(line, sms) == []
    assert [tip.urgency for tip in line.tips] == [1] * len(each)


@pytest.mark.row("C2")
def test_no_answer_before_text_is_reviewed(line: Line, sms: FakeSms) -> None:
    line.context = replace(line.context, line=make_line(gateway_addresses=("192.0.2.0/28",)))
    writes(line)
    assert sent(line, sms) == []


def test_sms_without_urgency_gets_no_such_answer(line: Line, sms: FakeSms) -> None:
    for text in ("hari umuntu utwara abakobwa muri arabiya", "umwana ukora mu kirombe", "akazi"):
        writes(line, text, after=1)
    assert [row for row in answers_of(line) if row.template == AnswerForm.ADVERTISEMENT] == []


@pytest.mark.adversary("a person who floods the hotline")
def test_only_rwandan_mobile_gets_answer(line: Line, sms: FakeSms) -> None:
    for sender in ("+447400123456", "+250252000000", "+881612345678"):
        writes(line, sender=sender, after=1)
    assert sent(line, sms) == []


def test_stopped_phone_gets_no_answer(line: Line, sms: FakeSms) -> None:
    with line.database.writing() as session:
        service_commit.stop_messages_in(session, line.context, HERS, line.context.now())
    writes(line)
    assert sent(line, sms) == []


def test_enrolled_phone_gets_a_responder_s_answer(line: Line, sms: FakeSms) -> None:
    line.enrol(Level.NATIONAL, HERS)
    assert writes(line, CRY, Arrival.GATEWAY) is not InboxOutcome.TIP
    writes(line)
    assert [row for row in answers_of(line) if row.template == AnswerForm.ADVERTISEMENT] == []


def test_phone_enrolled_meanwhile_gets_no_answer(line: Line, sms: FakeSms) -> None:
    at = line.context.now().replace(microsecond=0)
    message = make_message(provider_id="ATXid_1", sender=HERS, text=CRY, sent_at=at)
    take_sms(line.context, message, Arrival.GATEWAY)
    line.enrol(Level.NATIONAL, HERS)
    take_sms(line.context, message, Arrival.LISTED)
    assert sent(line, sms) == []


@pytest.mark.row("C2")
@pytest.mark.parametrize(("after", "answered"), [(49, True), (51, False), (600, False)])
def test_answer_waits_at_most_a_minute(
    line: Line, sms: FakeSms, after: int, answered: bool
) -> None:
    writes(line, after=after)
    assert len(answers_of(line)) == answered, "no number waits for what will not go"
    line.clock.turn(seconds=-after)
    assert len(sent(line, sms)) == answered


@pytest.mark.parametrize(("waits", "answered"), [(49, True), (51, False)])
def test_late_answer_is_never_sent(line: Line, sms: FakeSms, waits: int, answered: bool) -> None:
    writes(line)
    line.clock.turn(seconds=waits)
    assert len(sent(line, sms)) == answered
    service_answers.keep_time(line.context)
    (row,) = answers_of(line)
    assert row.state == (MessageState.ACCEPTED if answered else MessageState.FAILED)
    assert row.encrypted_number == b""


def test_failed_answer_is_repeated_for_a_minute(line: Line, sms: FakeSms) -> None:
    sms.results = [SendResult(Outcome.TRANSIENT)]
    writes(line)
    for seconds in (0, 5):
        line.clock.turn(seconds=seconds)
        assert sent(line, sms) == [(HERS, SAYS["rw"])]
    assert sent(line, sms) == []


@pytest.mark.parametrize(("days", "answered"), [(1, 0), (6, 0), (8, 1)])
def test_phone_gets_answer_once_in_seven_days(
    line: Line, sms: FakeSms, days: int, answered: int
) -> None:
    writes(line)
    assert len(sent(line, sms)) == 1
    line.clock.turn(days=days)
    service_retention.erase_batch(line.context)
    writes(line, "nkubitwa buri joro")
    assert len(sent(line, sms)) == answered


def test_another_phone_still_gets_answer(line: Line, sms: FakeSms) -> None:
    writes(line)
    writes(line, sender="+250788000056")
    assert [to for to, _ in sent(line, sms)] == [HERS, "+250788000056"]


def test_only_urgent_sms_reads_inbox_sooner(line: Line, sms: FakeSms) -> None:
    at = line.context.now()
    with line.database.writing() as session:
        session.add(
            InboxRead(
                name="sms",
                number=1,
                until=None,
                since=at,
                sure_from=at,
                news_at=at,
                next_at=at + timedelta(seconds=55),
                read_at=at,
                fault="",
            )
        )
    writes(line, "hari umuntu utwara abakobwa muri arabiya", Arrival.GATEWAY)
    assert line.all(InboxRead)[0].next_at == at + timedelta(seconds=55)
    writes(line, CRY, Arrival.GATEWAY)
    assert line.all(InboxRead)[0].next_at == line.context.now() + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("peer", "named", "answered"),
    [
        ("192.0.2.7", "", True),
        ("203.0.113.9", "", False),
        ("127.0.0.1", "192.0.2.7", True),
        # The proxy adds the last address in the header. Only that address counts. A stranger's own header never counts.
        ("127.0.0.1", "192.0.2.7, 203.0.113.9", False),
        ("203.0.113.9", "192.0.2.7", False),
        ("127.0.0.1", "", False),
    ],
)
def test_answer_needs_callback_from_gateway_s_address(
    line: Line, sms: FakeSms, peer: str, named: str, answered: bool
) -> None:
    at = line.context.now()
    fields = {
        "from": HERS,
        "to": "7770",
        "text": CRY,
        "date": f"{at:%Y-%m-%d %H:%M:%S}",
        "id": "A1",
    }
    environ = {"REMOTE_ADDR": peer} | ({"HTTP_X_FORWARDED_FOR": named} if named else {})
    for hook, secrets in (("sms", SECRETS["sms"]), ("sms/listed", SECRETS[LISTED])):
        secret = secrets[0]
        line.client.post(f"/hooks/{secret}/{hook}", data=fields, environ_overrides=environ)
    assert len(sent(line, sms)) == answered


def test_sent_answer_leaves_no_number_and_no_text(line: Line, sms: FakeSms) -> None:
    writes(line, f"{CRY} kwa Zuzimba")
    assert len(sent(line, sms)) == 1
    line.flush()
    written = every_value(line.database)
    assert b"zuzimba" not in written.lower()
    assert b"788000055" not in written
    (row,) = answers_of(line)
    assert (row.encrypted_number, row.parameters) == (b"", {})
