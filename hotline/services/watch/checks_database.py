"""What the doctor looks at inside the line: each finding says how it stands, and what to do where it is wrong."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hotline.domain.referrals.clocks import TIMES
from hotline.domain.tips.retention import Keeping
from hotline.errors import NotReady, StoreUnavailable
from hotline.ports import Kit
from hotline.services.check_result import CheckResult, in_kigali
from hotline.services.flows import reviewing
from hotline.services.people import recipients
from hotline.services.sms import fetching
from hotline.services.tips.retention import ERRAND
from hotline.services.watch import checks_console, checks_statistics, checks_words
from hotline.statistics import queries as statistics_queries
from hotline.store.outbox import health, holds, messages
from hotline.store.outbox.messages import LaneHold
from hotline.store.reach import case_ends
from hotline.store.referrals import personnel, retention
from hotline.store.referrals.retention import Kept
from hotline.store.watch import alarms
from hotline.store.watch.alarms import ProcessStart

KEYS, WORKERS = "keys", "workers"
LATE = timedelta(seconds=60)
"""An MT that has waited so long has been forgotten: every retry of the most urgent is nearer than that."""
UNTIDY = timedelta(days=2)
"""What is done once a day was not done yesterday either."""


def findings(kit: Kit) -> tuple[CheckResult, ...]:
    """How the line stands inside. A database that does not answer is a finding, not an error."""
    now = kit.now()
    try:
        with kit.database.reading() as session:
            standing = health.standing(session)
            people = personnel.members(session)
            hold = holds.standing(session)
            held = messages.held(session, now)
            kept = retention.warned(session)
            tidied = retention.done_at(session, ERRAND)
            summed = statistics_queries.summed_months(session)
            uncounted = case_ends.due(session, summed, now - UNTIDY)
            woken = alarms.can_be_woken(session)
            inbox = fetching.findings(session, kit.line, now)
            urgent = checks_words.finding(session, now)
            published = checks_statistics.finding(session, now)
            refused = alarms.refused(session, now)
            sign_ins = checks_console.sign_ins(session, now)
    except StoreUnavailable as broken:
        return (_database_down(broken),)

    return (
        CheckResult("database", True, "answers, and holds our tables"),
        _flows(kit),
        urgent,
        reviewing.finding(kit),
        reviewing.questions_finding(kit),
        *recipients.findings(people, now),
        _watchers(woken),
        _keys(refused),
        _clock(standing, now),
        _tips(standing, now),
        _unanswered(standing, now),
        _unsent(standing, now),
        _unknown(standing),
        _dead(standing),
        _held_by(hold) if hold else _lane(held),
        _details(standing),
        _retention(kept, tidied, now),
        _persons(uncounted),
        published,
        sign_ins,
        *inbox,
    )


def _database_down(broken: StoreUnavailable) -> CheckResult:
    return CheckResult(
        "database",
        False,
        f"does not answer ({broken})",
        "look at its server, its disk, its lock and HOTLINE_DATABASE_URL",
    )


def _flows(kit: Kit) -> CheckResult:
    try:
        revision = kit.books.live()
    except (NotReady, StoreUnavailable):
        return CheckResult(
            "flows",
            False,
            "none is live: every dial ends politely",
            "`hotline upgrade` publishes them",
        )
    return CheckResult("flows", True, f"revision {revision} is live")


def _watchers(woken: bool) -> CheckResult:
    if woken:
        return CheckResult("watchers", True, "somebody is woken when something is wrong")
    return CheckResult(
        "watchers", False, "no one is notified when something is wrong", "`hotline oncall add NAME`"
    )


def _keys(refused: Sequence[ProcessStart]) -> CheckResult:
    """Worst where nobody can be alerted: the workers alone open a responder's number."""
    if not refused:
        return CheckResult(KEYS, True, "each process opens what is sealed to it")
    says = "; ".join(
        f"{one.role} on {one.host}: {one.wrong_keys} is lost, damaged, or another line's"
        for one in refused
    )
    todo = "mount or restore that key folder on that machine: `hotline doctor` there names it"
    level = 2 if any(one.role == WORKERS for one in refused) else 1
    return CheckResult(KEYS, False, says, todo, level)


def _clock(standing: health.OutboxHealth, now: datetime) -> CheckResult:
    if standing.clock_until is not None and standing.clock_until > now:
        return CheckResult("clock", True, "ticks")
    until = standing.clock_until
    seen = "has never ticked" if until is None else f"has not ticked since {in_kigali(until)}"
    return CheckResult("clock", False, seen, "start `hotline process clock`, or `hotline run`")


def _tips(standing: health.OutboxHealth, now: datetime) -> CheckResult:
    since = standing.unreferred_since
    if since is None or now - since < LATE:
        return CheckResult("tips", True, "none waits to be referred")
    return CheckResult(
        "tips",
        False,
        f"one waits to be referred since {in_kigali(since)}",
        "see to the clock and the alerts' workers; then to the national desk",
    )


def _unanswered(standing: health.OutboxHealth, now: datetime) -> CheckResult:
    late = [
        since
        for urgency, since in standing.untaken_since.items()
        if now - since >= TIMES[urgency].alarm
    ]
    if not late:
        return CheckResult("unanswered", True, "every tip was taken, or is still in time")
    return CheckResult(
        "unanswered",
        False,
        f"nobody has taken one that was filed {in_kigali(min(late))}",
        "telephone the national desk: `hotline tips list` says which tip",
    )


def _unsent(standing: health.OutboxHealth, now: datetime) -> CheckResult:
    oldest = standing.oldest_unsent
    if oldest is None or now - oldest < LATE:
        return CheckResult("unsent", True, "no message is late")
    return CheckResult(
        "unsent",
        False,
        f"the oldest waits since {in_kigali(oldest)}",
        "see to the gateway, the lane and the clock below and above this line",
    )


def _unknown(standing: health.OutboxHealth) -> CheckResult:
    words = f"{standing.unknown} messages may or may not have gone out"
    return CheckResult("unknown", True, words if standing.unknown else "every send was answered")


def _dead(standing: health.OutboxHealth) -> CheckResult:
    if not standing.dead:
        return CheckResult("given up", True, "no message was given up")
    return CheckResult(
        "given up",
        False,
        f"{standing.dead} messages were given up",
        "telephone whoever should have got them: the page Outgoing queue lists them",
    )


def _lane(held: str | None) -> CheckResult:
    if held is None:
        return CheckResult("lane", True, "messages may go out")
    return CheckResult(
        "lane",
        False,
        f"held ({held}): nothing goes out",
        "mend the gateway's key or its balance; the lane opens by itself",
    )


def _held_by(hold: LaneHold) -> CheckResult:
    return CheckResult(
        "lane",
        False,
        f"held by {hold.held_by} since {in_kigali(hold.since)} ({hold.reason}): nothing goes out",
        "`hotline outgoing status` shows what waits; then `hotline outgoing resume`",
    )


def _details(standing: health.OutboxHealth) -> CheckResult:
    if not standing.locked:
        return CheckResult("details", True, "every desk can read what is its own")
    words = f"{standing.locked} tips that a desk should read and cannot: a key was missing"
    return CheckResult(
        "details",
        False,
        words,
        "restore the key that is missing (`hotline keys import`); see the runbook",
    )


def _retention(kept: Sequence[Kept], tidied: datetime | None, now: datetime) -> CheckResult:
    going = [one.term.goes_at for one in kept if one.term.keeping is Keeping.WARNED]
    late = [when for when in going if now - when > UNTIDY]
    if late or (tidied is not None and now - tidied > UNTIDY):
        return CheckResult(
            "retention",
            False,
            f"nothing was forgotten for two days; the words of {len(late)} tips should be gone",
            "see why the clock fails at its step `tidy`: its log names the kind of fault",
        )
    if going:
        words = f"the words of {len(going)} tips go soon, the first on {min(going):%Y-%m-%d}"
        return CheckResult("retention", True, f"{words}: `hotline tips retention` lists them")
    return CheckResult("retention", True, "no words go within two weeks")


def _persons(uncounted: Sequence[str]) -> CheckResult:
    """What was noted of persons goes once it was counted."""
    if not uncounted:
        return CheckResult("persons", True, "every month is counted that should be")
    return CheckResult(
        "persons",
        False,
        f"the persons of {uncounted[0]} should have been counted two days ago: nothing of it is erased",
        "start `hotline process reader`; where it runs, its log says whether no case opens",
    )
