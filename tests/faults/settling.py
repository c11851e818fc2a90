"""Waits after a fault test until no rule (invariant) is broken. `settle` returns the breaches that remain."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache, partial

from hotline.cli.contexts import build_web
from hotline.cli.desks import PASSPHRASE_FILE
from hotline.core.contexts import WebContext
from hotline.core.database import Session
from hotline.core.settings import Settings
from hotline.gateway.rules import LEASE, QUEUES
from hotline.people import decrypt_passphrase
from hotline.people.decrypt_passphrase import PassphraseDecrypter
from hotline.text.places import NATIONAL
from tests.faults import calls, ledger
from tests.faults.callers import Promise
from tests.faults.ledger import Breach, Invariant, PromisedTip
from tests.support.books import OF_THE_TRIAL
from tests.support.stack import Stack

SETTLE_SECONDS = 150.0
"""The seconds after which no rule may be broken. An alert about danger may wait twice for a worker's lease of 30 s, and
twice for 30 s after an unknown result."""
SENT_A_SECOND = 5.0
"""The minimum number of alerts that a machine with two processors sends each second during a run. If callers report
faster, the outgoing queue grows, and the hotline needs time to send its alerts."""
PAUSE = 1.0
TURN = 30
"""The seconds by which the test moves the hotline's clock when the breaches do not change. This time is longer than a
lease, and longer than the wait after a send with an unknown result. The step is shorter than 60 seconds, because a jump
of 60 seconds raises an alarm."""
LAST_SECONDS = 75.0
"""The seconds that an alert about danger may still need after `SETTLE_SECONDS`: one lease, and one wait after a send
with an unknown result."""
TRUE_LAST_SECONDS = (LEASE + max(one.unknown for one in QUEUES.values())).total_seconds() + 30.0
"""The same as `LAST_SECONDS`, but for any message of a hotline with the true time: a lease, the longest wait after an
unknown result, and a send."""
STILL = 3.0
"""The test moves the hotline's clock when the breaches have not changed for this number of seconds, in which a worker's
clock ticks three times."""


def context_of(stack: Stack) -> WebContext:
    """Returns the context of the process that answers callers. With this context the test can compute the digests of
    sessions, but cannot decrypt tips."""
    return build_web(Settings.read(stack.environ))


@contextmanager
def reading(stack: Stack) -> Iterator[Session]:
    """Yields a session that reads the hotline's database."""
    database = context_of(stack).database
    with closing(database), database.reading() as session:
        yield session


def settle(
    stack: Stack,
    told: Sequence[Promise],
    *,
    seconds: float = SETTLE_SECONDS,
    last: float | None = None,
    turning: bool = True,
) -> list[Breach]:
    """Checks the rules until no breach is left. After the time limit, returns the breaches that every later check finds
    again. While the breaches do not change, the function moves the hotline's clock, so that no run waits for a lease.
    With `turning=False`, the hotline uses the true time."""
    context = context_of(stack)
    promised = [
        PromisedTip(context.pseudonyms.session(one.session_id), one.place, one.complete)
        for one in told
    ]
    called = {context.pseudonyms.session(one.session_id): one.calls for one in told if one.calls}
    end = time.monotonic() + seconds + len(_waiting(context)) / SENT_A_SECOND
    if last is None:
        last = LAST_SECONDS if turning else TRUE_LAST_SECONDS
    still = Still()
    # The cache saves time: deriving a key from a passphrase takes long, and the desk's key does not change.
    key = cache(partial(national_key, stack, context))

    def read() -> list[Breach]:
        return [*_breaches(context, promised, stack, key()), *_uncalled(context, called, key())]

    try:
        while True:
            breaches = _waiting(context) or read()
            if not breaches:
                return []
            if time.monotonic() > end:
                turn = partial(stack.turn, TURN) if turning else None
                return lasting(lambda: [*_waiting(context), *read()], seconds=last, turn=turn)
            if turning and still.long_enough(breaches, time.monotonic()):
                stack.turn(TURN)
            time.sleep(PAUSE)
    finally:
        context.database.close()


def lasting(
    look: Callable[[], Sequence[Breach]],
    *,
    seconds: float,
    pause: float = PAUSE,
    turn: Callable[[], object] | None = None,
) -> list[Breach]:
    """Returns the breaches that every check finds again until the time limit. Cases that no responder takes continue to
    escalate, so each check may find another alert that is being sent. An alert that only some of the checks find is no
    breach. With `turn`, the function moves the clock, so that even the longest wait after an unknown
    result ends before the time limit."""
    end = time.monotonic() + seconds
    turned = time.monotonic()
    left = list(look())
    while left and time.monotonic() < end:
        time.sleep(pause)
        if turn is not None and time.monotonic() - turned >= STILL:
            turn()
            turned = time.monotonic()
        now = {_of(one) for one in look()}
        left = [one for one in left if _of(one) in now]
    return left


def _of(breach: Breach) -> tuple[Invariant, str]:
    """Returns the part of a breach that names the alert or the tip, without its state."""
    return breach.invariant, breach.sentence.partition(" is ")[0]


@dataclass
class Still:
    """Measures for how long the checks have found the same breaches."""

    breaches: Sequence[Breach] = ()
    since: float = 0.0

    def long_enough(self, breaches: Sequence[Breach], now: float) -> bool:
        """Returns True if the breaches have not changed for `STILL` seconds, and then begins to count from zero
        again."""
        if breaches != self.breaches:
            self.breaches, self.since = breaches, now
            return False
        if now - self.since < STILL:
            return False
        self.since = now
        return True


def _waiting(context: WebContext) -> list[Breach]:
    """Returns the breaches that may disappear with time. The test looks for other breaches only after the last of these
    breaches has disappeared."""
    database, at = context.database, context.now()
    return [
        *_as(Invariant.TOLD, ledger.unreferred(database)),
        *_as(Invariant.SETTLED, ledger.unsettled(database, at)),
    ]


def _breaches(
    context: WebContext, promised: Sequence[PromisedTip], stack: Stack, key: bytes
) -> list[Breach]:
    """Returns the breaches that do not disappear with time. To find repeated sends, the function asks the gateway
    before it reads the database, because the hotline stores an attempt before it sends. To find unsent alerts, it asks
    the gateway again after it has read the database."""
    database, at = context.database, context.now()
    before = accepted(stack)
    found = [
        *_as(Invariant.KEPT, ledger.lost(database, promised)),
        *_as(
            Invariant.KEPT,
            ledger.unreadable(database, promised, key, context.encrypter.weekly_lock),
        ),
        *_as(Invariant.NOT_TOO_OFTEN, ledger.repeated_too_often(database, before)),
        *_as(Invariant.IN_TIME, ledger.out_of_time(database, at)),
        *_as(Invariant.CHAINED, ledger.unchained(database)),
        *_as(Invariant.ONE_CASE, ledger.worded_otherwise(database, before)),
    ]
    return [*found, *_as(Invariant.TOLD, ledger.unsent(database, lambda: accepted(stack), at))]


def _uncalled(context: WebContext, called: Mapping[str, str], key: bytes) -> list[Breach]:
    return _as(
        Invariant.KEPT, calls.unkept(context.database, called, key, context.encrypter.weekly_lock)
    )


def _as(invariant: Invariant, sentences: Sequence[str]) -> list[Breach]:
    return [Breach(invariant, sentence) for sentence in sentences]


def national_key(stack: Stack, context: WebContext) -> bytes:
    """Returns the key of the national desk, which decrypts every tip. Uses the passphrase that `hotline init` wrote to
    the home."""
    passphrase = (stack.home / PASSPHRASE_FILE).read_text().strip()
    with context.database.reading() as session:
        wrapped = decrypt_passphrase.wrapped_desk(session, NATIONAL, OF_THE_TRIAL)
    return PassphraseDecrypter(OF_THE_TRIAL, passphrase).open(wrapped)[0]


def accepted(stack: Stack) -> dict[str, list[str]]:
    """Returns the alerts that the gateway accepted, by reference."""
    return ledger.by_reference([sms["text"] for sms in stack.emulator.outbox() if sms["accepted"]])
