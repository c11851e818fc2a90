"""Makes contexts (the parts of the hotline that a function needs) for tests. The database of a context is real, and its
other parts are simulated."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from nacl.public import PrivateKey

from hotline.cases.reader_access import ReaderAccess
from hotline.core.contexts import (
    ConsoleContext,
    Line,
    MonitorContext,
    MonitorTools,
    WebContext,
    WorkerContext,
)
from hotline.core.database import Database
from hotline.dialogue.replay_cache import SessionMemory
from hotline.flows.rules_reviews import ReviewAids
from hotline.gateway.queries_alert_path import TickMemory
from hotline.gateway.stand_ins import FakeJobs, FakeSenders, FakeSms, FakeStarts, FakeStates
from hotline.keys.desk_signatures import DeskTrust
from hotline.keys.encrypt import Encrypter
from hotline.keys.factor_encryption import FactorEncrypter, Proofs
from hotline.keys.passphrase import Costs
from hotline.keys.password_queue import StretchQueue
from hotline.people.rules_accounts import DemoAccount
from hotline.text.languages import Phrases
from tests.support.fakes import (
    DecryptingEncrypter,
    FakeInbox,
    FakeInstruments,
    FakeNumbers,
    FakeOther,
)


@dataclass
class FakePseudonyms:
    """Simulated digests of phone numbers, which a person can read. `builders.make_responder` writes the same
    digests."""

    def enrolled(self, msisdn: str) -> str:
        return f"key of {msisdn}"

    def stopped(self, msisdn: str) -> str:
        return f"stop key of {msisdn}"

    def session(self, session_id: str) -> str:
        return f"session key of {session_id}"

    def contact(self, msisdn: str, at: datetime) -> str:
        return f"contact key of {msisdn}"

    def contacts(self, msisdn: str, at: datetime) -> tuple[str, ...]:
        return (self.contact(msisdn, at),)

    def sms(self, msisdn: str, shortcode: str, text: str, second: str) -> str:
        return f"sms key of {msisdn} {shortcode} {len(text)} {hash(text)} {second}"

    def joined(self, roll: str, msisdn: str) -> str:
        return f"{roll} key of {msisdn}"

    def joins(self, roll: str, code: str) -> str:
        return f"{roll} code {code}"

    has_certificate_key = True

    def certificate(self, text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()


RELAY_PUBLIC = bytes(PrivateKey(b"r" * 32).public_key)
THE_READER = PrivateKey(b"9" * 32)
READER_PUBLIC = bytes(THE_READER.public_key)


def survive(_name: str) -> None:
    return None


def make_line(
    *,
    inbound_sms: bool = True,
    answer_cries: bool = False,
    gateway_addresses: tuple[str, ...] = (),
) -> Line:
    return Line(
        service_code="*384*777#",
        shortcode="7770",
        inbound_sms=inbound_sms,
        limits={"": 156},
        answer_cries=answer_cries,
        gateway_addresses=gateway_addresses,
    )


def make_watch(
    *,
    instruments: FakeInstruments | None = None,
    other: FakeOther | None = None,
    budget: float = 0,
    digests: Path | None = None,
    newest: Path | None = None,
) -> MonitorTools:
    return MonitorTools(
        encrypter=cast(Any, DecryptingEncrypter()),
        instruments=instruments or FakeInstruments(),
        other=other or FakeOther(),
        budget=budget,
        digests=digests,
        newest=newest,
    )


@dataclass(frozen=True)
class WholeContext(WebContext, WorkerContext, MonitorContext):
    """A context with the parts of every process, because one test acts as all of them."""


def make_console_context(
    *,
    database: Database,
    now: Callable[[], datetime],
    is_emulated: bool = False,
    demo_accounts: tuple[DemoAccount, ...] = (),
    waiting: int = 8,
) -> ConsoleContext:
    """Returns the context of the console's pages. In this context, deriving a key from a password takes almost no
    time."""
    database.keep_documents()
    return ConsoleContext(
        database=database,
        flow_sets=cast(Any, None),
        jobs=FakeJobs(),
        encrypter=Encrypter(relay_public_key=RELAY_PUBLIC, reader=lambda: READER_PUBLIC),
        pseudonyms=cast(Any, FakePseudonyms()),
        phrases=Phrases({}),
        line=make_line(),
        now=now,
        failpoint=survive,
        watch=make_watch(),
        proofs=Proofs(
            FactorEncrypter(b"k" * 32),
            StretchQueue(waiting, waiting, burst=10_000),
            Costs(passes=1, kib=8),
            Costs(1, 8),
        ),
        console_url="http://127.0.0.1:8080",
        is_emulated=is_emulated,
        aids=ReviewAids(),
        demo_accounts=demo_accounts,
    )


def make_context(
    *,
    database: Database,
    now: Callable[[], datetime],
    sms: Any = None,
    senders: Any = None,
    jobs: FakeJobs | None = None,
    line: Line | None = None,
    watch: MonitorTools | None = None,
    inbox: FakeInbox | None = None,
    failpoint: Callable[[str], None] = survive,
    trust: DeskTrust | None = None,
) -> WholeContext:
    both = inbox or FakeInbox()
    return WholeContext(
        database=database,
        flow_sets=cast(Any, None),
        runs=FakeStates(),
        notes=FakeStarts(),
        sessions=SessionMemory(),
        reader=ReaderAccess(),
        ticks=TickMemory(),
        sms=sms or FakeSms(),
        senders=senders or FakeSenders(),
        jobs=jobs or FakeJobs(),
        encrypter=Encrypter(desks=trust),
        pseudonyms=cast(Any, FakePseudonyms()),
        numbers=FakeNumbers(),
        phrases=Phrases({}),
        line=line or make_line(),
        watch=watch or make_watch(),
        inbox=both,
        hook=both,
        now=now,
        failpoint=failpoint,
    )
