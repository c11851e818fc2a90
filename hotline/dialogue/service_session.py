"""Answers the hops of a USSD session, and ends the session.

After a work PIN, the web process sends the responder's question to the reader process, and shows the answer. A hop (one
USSD request) waits at most two seconds for the answer of the reader process, and outside of a transaction. In each
process, at most two threads wait for the reader process at the same time. The screen shows the answer if it came in
time, and otherwise asks the responder to wait. If the gateway repeats a request, the caller sees the first request's
screen again.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import chain, repeat

from hotline.alarms import service
from hotline.alarms.rules import Alarm
from hotline.alerts import service_intake
from hotline.cases import rules_reading_requests, service_receipts
from hotline.cases import tables as cases_tables
from hotline.cases.rules_reading_requests import (
    PAGE,
    ReaderAnswer,
    ReaderQuestionKind,
    blocked_answer,
    without_pins,
)
from hotline.cases.service_receipts import AttemptResult
from hotline.cases.tables import PinReading
from hotline.core import tables as core_tables
from hotline.core.contexts import Context, Job, WebContext
from hotline.core.database import Session
from hotline.core.rules_attempts import AttemptedSecret, SecretTyped
from hotline.core.ussd import (
    MAX_INPUTS,
    NOTHING,
    SEPARATOR,
    CommittedText,
    EndNotice,
    SessionStart,
    UssdHop,
)
from hotline.core.wording import Template
from hotline.counters import service as counters_service
from hotline.counters.rules import SessionStep
from hotline.dialogue import service_commit, service_replay, service_session_start
from hotline.dialogue.replay_cache import CachedPath, KnownSession, ReplayStep, can_be_cached
from hotline.dialogue.service_commit import USSD, EffectContext
from hotline.dialogue.service_replay import QuestionReply, ReaderReply, ReaderRequest, Start
from hotline.flows.flow import FlowSet
from hotline.gateway import tables as gateway_tables
from hotline.keys import one_off
from hotline.keys.conversation_state import encrypt_under, try_decrypt
from hotline.keys.encrypt import KeyPair
from hotline.people import rules
from hotline.people.tables import Responder
from hotline.programmes import service_enrolment
from hotline.text.errors import (
    CallbackInvalid,
    DecryptionFailed,
    KeyMissing,
    StoreUnavailable,
    StrangeCaller,
)
from hotline.text.languages import FIRST
from hotline.tips import tables

MAX_SECONDS = 2.0
"""The number of seconds that a hop waits for the reader process. The gateway waits at most five seconds for the hop."""
PAUSES = (0.025, 0.025, 0.05, 0.1)
"""The seconds to wait before each of the first checks for an answer of the reader process. Further checks follow
every `LATER_PAUSE` seconds."""
LATER_PAUSE = 0.2
ASKED, RESTING = "asked", "resting"
"""The stored results when an unknown phone attempts to use a work PIN. `ASKED` means that the web process asks the
reader process to check the PIN. `RESTING` means that the phone must wait before its next attempt."""
WAIT = ReaderReply(ReaderAnswer((rules_reading_requests.WAITS,)))
WRONG_PIN = ReaderReply(ReaderAnswer())
"""The answer to a wrong PIN. If the gateway repeats a text but with a different PIN, the session also gets this
answer."""


class ReaderRequests:
    """Sends the requests of one hop to the reader process."""

    def __init__(
        self, context: WebContext, hop: UssdHop, start: SessionStart, language: str
    ) -> None:
        self._context, self._hop, self._opening = context, hop, start
        self._language = language
        self._known: dict[str, PinReading] | None = None

    def learn(self, asked: ReaderRequest) -> ReaderReply:
        """Returns the answer of the reader process that the session shows at this place of the text. Raises
        StoreUnavailable."""
        row = self._rows().get(self._digest(asked.upto))
        if asked.wants_page:
            return self._page(asked, row)
        if row is not None and row.given_up_at is not None:
            return WAIT
        if row is not None and row.shown is not None:
            return self._shown(row.shown, asked)
        if asked.ask.kind is not ReaderQuestionKind.VIEW:
            return self._fresh(asked)
        if self._opening.responder_id is not None:
            # If too many wrong PINs have blocked the phone for a time, the hotline does not send the typed PIN to the
            # reader process.
            at = self._context.now()
            with self._context.database.reading() as session:
                person = session.get(Responder, self._opening.responder_id)
                until = None if person is None else person.rested_until
            if until is not None and until > at:
                return self._settled(asked, None, blocked_answer(until, at))
            return self._fresh(asked)
        tried, at = self._try(asked), self._context.now()
        until = datetime.fromisoformat(tried[1]) if len(tried) > 1 else None
        if tried[:1] != (ASKED,):
            return ReaderReply(blocked_answer(until, at))
        return self._fresh(asked, wrong=None if until is None else blocked_answer(until, at))

    def _try(self, asked: ReaderRequest) -> tuple[str, ...]:
        """Records that an unknown phone attempts to use a work PIN. After too many attempts, an unknown phone must wait
        as long as a responder's phone. Returns `ASKED` or `RESTING`. If the phone must wait after this attempt, also
        returns the end of the waiting time.
        """
        text = without_pins(self._hop.text)
        target = self._context.pseudonyms.heard("", AttemptedSecret.WORK)
        look = service_receipts.try_once(
            self._context,
            replace(self._hop, text=text),
            asked.upto,
            AttemptedSecret.WORK,
            target,
            self._judged,
        )
        return tuple(look.results)

    def _judged(self, session: Session) -> AttemptResult:
        at, caller = self._context.now(), self._hop.caller
        keys = {self._context.pseudonyms.contact(caller, one) for one in (at, at - rules.DAY)}
        before = core_tables.attempt_times(
            session, AttemptedSecret.WORK, keys, ASKED, at - 2 * rules.DAY
        )
        until = rules.blocked_until(before)
        if until is not None and until > at:
            return AttemptResult((RESTING, until.isoformat()))
        until = rules.blocked_until([*before, at])
        return AttemptResult((ASKED,) if until is None else (ASKED, until.isoformat()))

    def _settled(
        self, asked: ReaderRequest, row_id: int | None, answer: ReaderAnswer | None
    ) -> ReaderReply:
        """Stores the answer that the session shows at this place of the text. If two hops store an answer at the same
        time, both hops show the answer that was stored first.
        """
        with self._context.database.writing() as session:
            row_id = self._row(session, asked).id if row_id is None else row_id
            shown = None
            if answer is not None:
                # In place of the page's text, the row gets the number of screens that the page fills.
                screens = asked.screens(answer) if PAGE in answer.words else 0
                kept = {"answer": answer.without_page().to_dict(), "screens": screens}
                plain = json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass")
                shown = encrypt_under(
                    self._shown_key(asked.upto), self._opening.key.encode(), plain
                )
            row = cases_tables.fix_answer(session, row_id, shown, self._context.now())
        self._rows()[row.text_digest] = row
        return WAIT if row.shown is None else self._shown(row.shown, asked, answer)

    def _rows(self) -> dict[str, PinReading]:
        if self._known is None:
            with self._context.database.reading() as session:
                self._known = cases_tables.readings_of_session(session, self._opening.key)
        return self._known

    def _fresh(self, asked: ReaderRequest, wrong: ReaderAnswer | None = None) -> ReaderReply:
        """Asks the reader process the question `asked`, and stores the answer. If the reader process finds that the PIN
        is wrong, returns `wrong` in place of the answer."""
        row_id, answer = self._ask_reader(asked)
        if wrong is not None and answer == ReaderAnswer():
            answer = wrong
        return self._settled(asked, row_id, answer)

    def _page(self, asked: ReaderRequest, row: PinReading | None) -> ReaderReply:
        """Returns the text of a page that this session has shown before.

        If the reader process does not answer, returns a message that the responder cannot read the page now.
        """
        answer = None
        if row is not None:
            _, answer = self._ask_reader(asked)
        if answer is None or PAGE not in answer.words:
            said = self._context.phrases.say(self._language, Template.PAGE_AWAY)
            answer = ReaderAnswer((rules_reading_requests.UNREADABLE,), words={PAGE: said})
        return ReaderReply(answer)

    def _ask_reader(self, asked: ReaderRequest) -> tuple[int, ReaderAnswer | None]:
        """Sends the responder's question to the reader process, and waits for the answer. Returns the id of the stored
        question, and the answer if the answer came in time. If too many threads already wait for the reader process,
        returns no answer."""
        pair = KeyPair.new()
        row_id, ask_id = self._begin(asked, pair)
        door = self._context.reader
        if ask_id is None:
            return row_id, None
        self._context.jobs.ring(Job.READ, ask_id)
        if not door.places.acquire(blocking=False):
            return row_id, None
        try:
            box = self._waited(ask_id)
        finally:
            door.places.release()
        if box is None:
            return row_id, None
        with suppress(DecryptionFailed, KeyError, TypeError, ValueError):
            bound = rules_reading_requests.bound_to(self._opening.key, self._digest(asked.upto))
            content = one_off.decrypt_box(box, private=pair.private, bound=bound)
            return row_id, ReaderAnswer.from_dict(content)
        return row_id, None

    def _begin(self, asked: ReaderRequest, pair: KeyPair) -> tuple[int, int | None]:
        """Stores the request to the reader process.

        Returns two ids: of the stored question, and of the request to answer this question. Without the reader's public
        key, this process cannot encrypt the PIN, and the second id is None.
        """
        key, digest, at = self._opening.key, self._digest(asked.upto), self._context.now()
        encrypted_pin = None
        with suppress(KeyMissing, DecryptionFailed):
            public = self._context.encrypter.reader_key()
            typed = self._typed(asked)
            encrypted_pin = one_off.seal(
                typed, public=public, bound=rules_reading_requests.bound_to(key, digest)
            )
        with self._context.database.writing() as session:
            row = self._row(session, asked)
            if encrypted_pin is None:
                return row.id, None
            return row.id, cases_tables.add_hop(session, row.id, encrypted_pin, pair.public, at)

    def _row(self, session: Session, asked: ReaderRequest) -> PinReading:
        """Returns the stored question of this place in the text. If the database has no such question, stores it."""
        before = None if asked.of is None else self._rows().get(self._digest(asked.of))
        return cases_tables.get_or_create(
            session,
            self._opening.key,
            self._digest(asked.upto),
            responder_id=self._opening.responder_id,
            question=asked.ask,
            of_id=None if before is None else before.of_id or before.id,
            at=self._context.now(),
        )

    def _typed(self, asked: ReaderRequest) -> Mapping[str, str]:
        """Returns the data that only the reader process may see: the typed text, and the phone number's digest and last
        digits."""
        typed = {rules_reading_requests.PIN: asked.pin, **asked.typed}
        if self._hop.shows_number:
            number = self._hop.caller
            typed |= {rules_reading_requests.NUMBER_KEY: self._context.pseudonyms.enrolled(number)}
            typed |= {
                rules_reading_requests.NUMBER_END: number[
                    -rules_reading_requests.NUMBER_END_DIGITS :
                ]
            }
        return typed

    def _waited(self, ask_id: int) -> bytes | None:
        door = self._context.reader
        until = door.elapsed() + MAX_SECONDS
        for pause in chain(PAUSES, repeat(LATER_PAUSE)):
            left = until - door.elapsed()
            if left <= 0:
                return None
            door.pause(min(pause, left))
            box = cases_tables.answer_of(self._context.database, ask_id)
            if box is not None:
                return box
        return None

    def _shown(
        self, encrypted: bytes, asked: ReaderRequest, fresh: ReaderAnswer | None = None
    ) -> ReaderReply:
        plain = try_decrypt(self._shown_key(asked.upto), self._opening.key.encode(), encrypted)
        if plain is None:
            return WRONG_PIN
        kept = json.loads(plain.decode("utf-8", "surrogatepass"))
        answer, screens = ReaderAnswer.from_dict(kept["answer"]), int(kept["screens"])
        if screens and fresh is not None and PAGE in fresh.words:
            page = {PAGE: fresh.words[PAGE]}
            return ReaderReply(replace(answer, words={**answer.words, **page}))
        return ReaderReply(answer, screens)

    def _shown_key(self, upto: int) -> bytes:
        return self._context.pseudonyms.shown_key(self._hop.session_id, self._hop.text[:upto])

    def _digest(self, upto: int) -> str:
        text = without_pins(self._hop.text[:upto])
        return self._context.pseudonyms.heard(self._opening.key, text)


Looks = dict[int, AttemptResult]
"""Maps the position of each checked secret (such as a PIN) in a text to the result of the check. The position is the
number of letters up to the end of the secret.
"""


def answer_hop(context: WebContext, hop: UssdHop) -> str:
    """Returns the answer to the gateway: "CON ..." or "END ...". If a hop and the session's first hop come from
    different phones, ends the session without an effect, and raises an alarm. If the answer says "saved", the database
    has already committed the data. If the database cannot commit, the answer asks the caller to try again. The gateway
    can then send the same hop again to continue the session. Raises NotReady. Raises CallbackInvalid for a text that no
    phone can send.
    """
    if hop.text.count(SEPARATOR) >= MAX_INPUTS:
        raise CallbackInvalid('the field "text" of a USSD request has too many inputs')
    key = context.pseudonyms.session(hop.session_id)
    known = context.sessions.find(key)
    try:
        if known is not None:
            service_session_start.check_caller(context, known.start, hop)
        elif hop.text:
            known = service_session_start.find_session(context, hop, key)
        return _begin(context, hop, key) if known is None else _go_on(context, hop, known)
    except StrangeCaller:
        # If the database fails here, a different alarm reports the failure.
        with suppress(StoreUnavailable), context.database.writing() as session:
            at = context.now()
            counters_service.count_event(session, counters_service.STRANGE_CALLER, USSD, at)
            service.record(session, Alarm.STRANGE_CALLER, at)
        return failure(context)
    except StoreUnavailable:
        return failure(context, _language(context, hop, known))


def failure(context: Context, language: str = FIRST) -> str:
    """Returns the answer after a failure: it asks the caller to try later, and shows the emergency number."""
    return f"END {context.phrases.say(language, Template.FAILURE)}"


def end_session(context: WebContext, notice: EndNotice) -> None:
    """Ends a session, and files its unfinished report as a tip. The gateway may send the notice that the session ended
    before or after the last hop, and more than once.

    Raises StoreUnavailable.
    """
    key = context.pseudonyms.session(notice.session_id)

    with context.database.writing() as session:
        dialogue = gateway_tables.lock_dialogue(session, key)
        if dialogue is None:
            return
        dialogue.ended_at = dialogue.ended_at or context.now()
        gateway_tables.save_dialogue(session, dialogue)
        filed = service_intake.file_drafts(session, context, tables.drafts_of(session, key))
        session.flush()
        service_intake.before_commit(context, filed)
    context.sessions.end(key)
    service_intake.announce(context, filed)


def _begin(context: WebContext, hop: UssdHop, key: str) -> str:
    """Answers the first hop of a session. The caller dialled the text of this hop together with the service code. With
    SQLite, a process begins one session after the other, because parallel threads would make each other wait longer."""
    looks: Looks = {}
    start = service_session_start.open_session(context, hop, key)
    known = service_session_start.load_session(context, hop, start, CommittedText(NOTHING))
    way = path_of(context, hop, known, looks)
    if not service_commit.begin_session(context, hop, known, way.changing):
        raced = service_session_start.find_session(context, hop, key)
        assert raced is not None
        return _go_on(context, hop, raced)
    context.notes.tell(start, known.committed)
    return _answered(context, hop, known, way, looks)


def _go_on(context: WebContext, hop: UssdHop, known: KnownSession) -> str:
    looks: Looks = {}
    return _answered(context, hop, known, path_of(context, hop, known, looks), looks)


def _answered(
    context: WebContext, hop: UssdHop, known: KnownSession, path: CachedPath, looks: Looks
) -> str:
    """Commits the effects of the session's text that are not committed yet, and returns the answer. Most key presses in
    a menu have no effects."""
    start = known.start
    if path.changing and path.changing[-1].upto > known.committed.upto:
        flow_set = context.flow_sets.get(start.revision_id)
        session_context = EffectContext(context, flow_set, start.key, hop.caller, looks)
        if service_commit.carry_out(session_context, known, path.changing, hop.text):
            context.notes.tell(start, known.committed)
    if context.sessions.find(start.key) is not known:
        context.sessions.keep(known)
    context.sessions.stand(known, len(hop.text), path.steps)
    return path.answer


def path_of(context: WebContext, hop: UssdHop, known: KnownSession, looks: Looks) -> CachedPath:
    """Returns the path of the session's text from the cache. If the path is not in the cache, replays the text from its
    longest beginning that is in the cache."""
    ways, shared, base = context.sessions.ways, known.shared, None
    if shared is not None:
        way = ways.find(shared, hop.text)
        if way is not None:
            return way
        base = ways.longest(shared, hop.text)

    session_context = service_session_start.context_of(context, known.start, hop)
    start = None if base is None else Start(base[0].state, base[1])
    played = _played(context, hop, session_context, known, start, looks)
    own = session_context.facts.words
    hers = bool(looks) or (isinstance(own, service_receipts.SessionNumber) and own.shown)
    kept = shared is not None and not hers and can_be_cached(hop.text, played.steps)
    steps = played.steps if kept else known.uncommitted(played.steps)
    before = () if base is None else base[0].changing
    changing = (*before, *service_commit.steps_with_effect(session_context.flow_set, steps))
    earlier = () if base is None else base[0].steps
    way = CachedPath(
        f"{'END' if played.screen.ends else 'CON'} {played.screen.text}",
        played.state,
        changing,
        (*earlier, *[_stand(session_context.flow_set, step) for step in played.steps]),
    )
    if shared is not None and kept:
        ways.keep(shared, hop.text, way)
    return way


def _stand(flow_set: FlowSet, step: ReplayStep) -> SessionStep:
    """Returns the name of the screen to which a step leads. After the session ends, the hotline counts its screens by
    these names. A screen of a private flow gets no name, so the hotline does not count the screen."""
    state = step.state
    beneath = [flow_set.flows[place.flow] for place in state.calls if place.flow in flow_set.flows]
    is_hidden = not beneath or any(flow.private for flow in beneath)
    return SessionStep(
        upto=step.upto,
        screen="" if is_hidden else f"{state.calls[-1].flow}/{state.calls[-1].node}",
        answered=step.answered,
        ends=state.finished,
    )


def _played(
    context: WebContext,
    hop: UssdHop,
    session_context: service_replay.SessionContext,
    known: KnownSession,
    start: Start | None,
    looks: Looks,
) -> service_replay.Played:
    """Replays the text to its end, and gives the flow engine each fact for which the engine asks."""
    playing = service_replay.play(session_context, hop.text, known.committed, start)
    asking = ReaderRequests(context, hop, known.start, session_context.facts.language)
    try:
        question = next(playing)
        while True:
            match question:
                case service_replay.StarTyped():
                    row = gateway_tables.find_start(context.database, known.start.key)
                    answer = QuestionReply(
                        committed=CommittedText(NOTHING) if row is None else row[1]
                    )
                case SecretTyped():
                    looks[question.upto] = _look(context, hop, session_context, question)
                    answer = QuestionReply(flags=looks[question.upto].flags)
                case ReaderRequest():
                    answer = QuestionReply(reply=asking.learn(question))
            question = playing.send(answer)
    except StopIteration as end:
        played: service_replay.Played = end.value
        return played


def _look(
    context: WebContext,
    hop: UssdHop,
    session_context: service_replay.SessionContext,
    asked: SecretTyped,
) -> AttemptResult:
    """Checks a secret (such as a PIN) and returns the result. The hotline records the attempt even if it cannot answer
    this hop."""
    if session_context.start.asks_pin:
        # The database stores a digest of all inputs up to each attempt to use a secret. No stored digest may contain a
        # work PIN, so this line removes work PINs from the text.
        hop = replace(hop, text=without_pins(hop.text))
    match asked.secret:
        case AttemptedSecret.RECEIPT:
            return service_receipts.try_receipt(context, session_context.flow_set, hop, asked)
        case AttemptedSecret.CODE:
            return service_enrolment.try_code(context, session_context.start, hop, asked)
        case AttemptedSecret.WORK:
            return AttemptResult()


def _language(context: WebContext, hop: UssdHop, known: KnownSession | None) -> str:
    """Returns the caller's language for the answer to a failed hop. If this process does not know the language, returns
    Kinyarwanda."""
    if known is None or known.shared is None:
        return FIRST
    way = context.sessions.ways.longest(known.shared, f"{hop.text}{SEPARATOR}")
    return FIRST if way is None else way[0].state.language
