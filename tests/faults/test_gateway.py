"""Tests faults 24 and 26 of tests/rows.py: a gateway that fails, or that answers byte by byte. Uses the gateway's real
SDK and the outbox."""

import time
from collections.abc import Iterator

import pytest

from hotline.alerts import service_sending
from hotline.core.database import Database
from hotline.emulator.emulator import Emulator, build_emulator
from hotline.emulator.line import FaultKind, GatewayFault
from hotline.gateway.africastalking import AfricasTalkingSms
from hotline.people.rules import Level
from tests.emulator.running import serving
from tests.support.clock import Clock
from tests.support.district import District

JOB_SECONDS = 12.0


@pytest.fixture
def gateway() -> Emulator:
    return build_emulator()


@pytest.fixture
def address(gateway: Emulator) -> Iterator[str]:
    with serving(gateway) as url:
        yield url


def one_alert(district: District, address: str) -> District:
    """Prepares one alert, and sends it with the same code as in production."""
    district.sms = AfricasTalkingSms(address, "sandbox", "emulator", "")  # type: ignore[assignment]
    district.enrol(Level.NATIONAL)
    district.tell()
    return district


@pytest.mark.fault(24)
@pytest.mark.parametrize(
    ("kind", "taken"), [(FaultKind.ERROR_BEFORE, 1), (FaultKind.ERROR_AFTER, 2)]
)
def test_row_24_a_500_is_doubt_whether_it_was_taken_or_not(
    district: District, gateway: Emulator, address: str, kind: FaultKind, taken: int
) -> None:
    one_alert(district, address)
    gateway.faults.set([GatewayFault(kind, times=1)])
    district.deliver()
    assert district.states == ["unknown"]

    district.clock.turn(seconds=5)
    service_sending.retry_unknown(district.context)
    district.deliver()
    assert district.states == ["accepted"]
    texts = [sent.text for sent in gateway.state.outbox]
    assert (len(texts), len(set(texts))) == (taken, 1)


@pytest.mark.fault(26)
@pytest.mark.slow(reason="waits for a gateway that drips, twelve seconds")
def test_row_26_a_gateway_that_drips_holds_no_job_for_longer_than_twelve_seconds(
    sqlite: Database, clock: Clock, gateway: Emulator, address: str
) -> None:
    """The time limit of twelve seconds is the same as in production."""
    district = one_alert(District(sqlite, clock), address)
    gateway.faults.set([GatewayFault(FaultKind.DRIP)])
    began = time.monotonic()
    district.deliver()
    assert time.monotonic() - began < JOB_SECONDS
    assert district.states == ["unknown"]
