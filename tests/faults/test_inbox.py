"""Tests fault 30 of tests/rows.py: callbacks that are lost, repeated or forged. Uses the emulator, the gateway's SDK
and HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from werkzeug.serving import make_server

from hotline.alerts import service_assignment
from hotline.dialogue import service_inbox
from hotline.emulator.emulator import build_emulator
from hotline.emulator.server import Handler
from hotline.gateway.africastalking import AfricasTalkingInbox
from hotline.gateway.http import ListedHook
from hotline.gateway.tables import Assignment, Deadline, InboundSeen
from hotline.keys.gateway_secrets import LiveSecrets
from hotline.keys.key_folder import HOOKS, LISTED
from hotline.people.rules import Level
from hotline.tips.rules import DeadlineKind
from hotline.web.hooks import HookContext
from hotline.web.hooks_app import create_app
from tests.emulator.running import serving
from tests.support.builders import make_tip
from tests.support.callers import FORM, MAKING, Line
from tests.support.clock import Clock
from tests.support.contexts import WholeContext
from tests.support.eventually import eventually
from tests.support.handsets import EmulatorClient
from tests.support.serving import running

LATE = 15
HER, STRANGER = "+250788000001", "+250788000077"
TIP = "umukobwa afungiranye mu nzu i Gasabo, mutabare"


@dataclass
class Air:
    """A hotline that is reached over HTTP, its gateway, and its worker."""

    line: Line
    gateway: EmulatorClient
    hooks: dict[str, str]
    relay: WholeContext
    reference: str = ""

    @property
    def seen(self) -> list[InboundSeen]:
        return list(self.line.all(InboundSeen))

    @property
    def referrals(self) -> list[Assignment]:
        return sorted(self.line.all(Assignment), key=lambda row: row.id)

    @property
    def asks(self) -> bool:
        """Returns True if the hotline will alert a responder again, because no responder has taken the case."""
        return any(
            row.fired_at is None and row.kind in (DeadlineKind.ACKNOWLEDGE, DeadlineKind.OVERDUE)
            for row in self.line.all(Deadline)
        )

    def fetch(self, *, minutes: float = 1) -> None:
        self.line.clock.turn(minutes=minutes)
        service_inbox.read_inbox(self.relay)


@contextmanager
def reached(line: Line, secrets: LiveSecrets) -> Iterator[str]:
    """Runs the hotline's web process on a free port. Yields the address of the process."""
    with MAKING:
        app = create_app(HookContext(line.context, secrets))
    with running(make_server("127.0.0.1", 0, app, threaded=True, request_handler=Handler)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def clock() -> Clock:
    """Returns a clock that is behind the gateway's real clock, so that new SMS are newer than all rows of the
    hotline."""
    return Clock(datetime.now(UTC) - timedelta(minutes=LATE))


@pytest.fixture
def air(line: Line, tmp_path: Path) -> Iterator[Air]:
    """Yields a hotline with the same kinds of keys, hooks, gateway and worker as in production."""
    keys = tmp_path / "keys"
    secrets = LiveSecrets(keys / "hooks")
    with reached(line, secrets) as base:
        hooks = {hook: f"{base}/hooks/{secrets[hook][0]}/{hook}" for hook in HOOKS}
        emulator = build_emulator(hooks=hooks, seed=30)
        with serving(emulator) as url:
            gateway = EmulatorClient(url)
            gateway.set(shortcode=line.context.line.shortcode)
            inbox = AfricasTalkingInbox(url, "sandbox", "emulator")
            hook = ListedHook(base, keys / "workers")
            air = Air(line, gateway, hooks, replace(line.context, inbox=inbox, hook=hook))
            service_inbox.read_inbox(air.relay)
            line.enrol(Level.RESPONDER, HER)
            with line.database.writing() as session:
                session.add(make_tip(urgency=1, at=line.clock(), filed_at=line.clock()))
            service_assignment.assign_pending(line.context)
            air.reference = air.referrals[0].reference
            yield air


@pytest.mark.fault(30)
def test_row_30_a_lost_callback_is_recovered_from_the_inbox(air: Air) -> None:
    air.gateway.set_faults({"kind": "lost_mo"})
    air.gateway.text(f"1 {air.reference}", msisdn=HER)
    air.gateway.text(TIP, msisdn=STRANGER)
    assert air.seen == []

    air.fetch()
    assert {row.outcome for row in air.seen} == {"taken", "tip"}
    assert all(row.proved_at is not None for row in air.seen)
    assert not air.asks
    told = air.line.tips[-1]
    assert air.line.read(told)["words"] == TIP

    air.fetch()
    air.fetch(minutes=60 * 25)
    assert len(air.seen) == 2


@pytest.mark.fault(30)
def test_row_30_an_sms_that_comes_three_times_is_one(air: Air) -> None:
    air.gateway.set_faults({"kind": "duplicate_mo"})
    air.gateway.text(TIP, msisdn=STRANGER)
    eventually(lambda: [row.outcome for row in air.seen] == ["tip"])
    air.fetch()
    assert [row.outcome for row in air.seen] == ["tip"]
    assert air.seen[0].proved_at is not None
    assert len([tip for tip in air.line.tips if tip.channel == "sms"]) == 1


@pytest.mark.fault(30)
def test_row_30_a_forged_callback_silences_nothing_until_it_is_proved(air: Air) -> None:
    """The forger knows the address of the hook, the responder's number and a case reference, and answers an alert in
    the responder's name."""
    forged = {
        "id": "11111111-1111-4111-8111-111111111111",
        "from": HER,
        "to": air.line.context.line.shortcode,
        "text": f"1 {air.reference}",
        "date": f"{air.line.clock():%Y-%m-%dT%H:%M:%SZ}",
    }
    assert requests.post(air.hooks["sms"], data=forged, timeout=10).status_code == 200
    assert [row.outcome for row in air.seen] == ["taken"]
    assert not air.asks

    air.gateway.text("hello", msisdn=STRANGER)
    air.fetch(minutes=LATE)
    assert [row.outcome for row in air.seen if row.unproven_at is not None] == ["taken"]
    assert air.referrals[0].doubted_at is not None
    assert air.asks
    told = len(air.referrals)
    service_assignment.fire_deadlines(air.line.context)
    assert len(air.referrals) == told + 1

    air.gateway.text(f"1 {air.reference}", msisdn=HER)
    eventually(lambda: len(air.seen) == 3)
    assert air.asks
    air.fetch()
    assert not air.asks
    assert air.referrals[0].proved_at is not None


@pytest.mark.fault(30)
def test_row_30_the_relays_secret_opens_no_other_hook(air: Air, tmp_path: Path) -> None:
    secrets = LiveSecrets(tmp_path / "keys" / "hooks")
    (relays,) = secrets[LISTED]
    with MAKING:
        app = create_app(HookContext(air.line.context, secrets))
    client = app.test_client()
    for hook in ("ussd", "ussd/ended", "sms", "delivery", "optout"):
        answer = client.post(f"/hooks/{relays}/{hook}", data="", content_type=FORM)
        assert answer.status_code == 404
    for hook in HOOKS:
        answer = client.post(f"/hooks/{secrets[hook][0]}/sms/listed", data="", content_type=FORM)
        assert answer.status_code == 404
    assert client.post(f"/hooks/{relays}/sms/listed", content_type=FORM).status_code == 200
