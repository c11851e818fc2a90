"""Asks the reader for the web process after a work PIN, waits briefly, and shows the reader's answer.

It waits without an open transaction, in two threads of a process at most, for two seconds at most. A position in the
text always shows the same: the answer that came in time, or a request to wait.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import chain, repeat

from hotline.domain.dialogue.asks import (
    NUMBER_END,
    NUMBER_END_DIGITS,
    NUMBER_KEY,
    PAGE,
    PIN,
    UNREADABLE,
    WAITS,
    AskKind,
    ReaderAnswer,
    bound_to,
    rested,
    without_pins,
)
from hotline.domain.dialogue.ussd import Opening, UssdHop
from hotline.domain.guessing import Secret
from hotline.domain.jobs import Job
from hotline.domain.people import pin_rest
from hotline.domain.wording import Template
from hotline.errors import KeyMissing, SealBroken
from hotline.ports import DoorKit
from hotline.sealing import oneoff
from hotline.sealing.envelope import KeyPair
from hotline.sealing.runs import opened, under
from hotline.services import guessing
from hotline.services.dialogue.replay import ReaderAsked, ReaderLearned
from hotline.services.doorbell import ring
from hotline.services.guessing import SecretLook
from hotline.store.database import Session
from hotline.store.dialogue import readings
from hotline.store.dialogue.readings import PinReading
from hotline.store.people.responders import Responder
from hotline.store.tips import guesses

MOST_SECONDS = 2.0
"""Seconds that a hop waits. The gateway allows five."""
PAUSES = (0.025, 0.025, 0.05, 0.1)
"""Seconds before the first checks. Later ones follow every `LATER_PAUSE` seconds."""
LATER_PAUSE = 0.2
ASKED, RESTING = "asked", "resting"
"""Stored results of an attempt by an unknown phone: the reader is asked, or the phone must wait."""
WAIT = ReaderLearned(ReaderAnswer((WAITS,)))
NOTHING_OPENED = ReaderLearned(ReaderAnswer())
"""Answer to a wrong PIN, and to a text with another PIN than the one that was asked with."""


class ReaderAsking:
    """The requests of one hop to the reader."""

    def __init__(self, kit: DoorKit, hop: UssdHop, opening: Opening, language: str) -> None:
        self._kit, self._hop, self._opening = kit, hop, opening
        self._language = language
        self._known: dict[str, PinReading] | None = None

    def learn(self, asked: ReaderAsked) -> ReaderLearned:
        """Returns what this position of the text shows. Raises StoreUnavailable."""
        row = self._rows().get(self._digest(asked.upto))
        if asked.wants_page:
            return self._page(asked, row)
        if row is not None and row.given_up_at is not None:
            return WAIT
        if row is not None and row.shown is not None:
            return self._shown(row.shown, asked)
        if asked.ask.kind is not AskKind.VIEW:
            return self._fresh(asked)
        if self._opening.responder_id is not None:
            # An attempt while this phone must wait costs the reader nothing, just as on an unknown phone.
            at = self._kit.now()
            with self._kit.database.reading() as session:
                person = session.get(Responder, self._opening.responder_id)
                until = None if person is None else person.rested_until
            if until is not None and until > at:
                return self._settled(asked, None, rested(until))
            return self._fresh(asked)
        tried = self._try(asked)
        until = datetime.fromisoformat(tried[1]) if len(tried) > 1 else None
        if tried[:1] != (ASKED,):
            return ReaderLearned(rested(until))
        return self._fresh(asked, wrong=None if until is None else rested(until))

    def _try(self, asked: ReaderAsked) -> tuple[str, ...]:
        """Notes an attempt of an unknown phone. It must wait after as many attempts, and as long, as an enrolled phone.

        Returns `ASKED` or `RESTING`, followed by the time until which the phone must wait, if it must.
        """
        text = without_pins(self._hop.text)
        target = self._kit.pseudonyms.heard("", Secret.WORK)
        look = guessing.look_once(
            self._kit,
            replace(self._hop, text=text),
            asked.upto,
            Secret.WORK,
            target,
            self._judged,
        )
        return tuple(look.said)

    def _judged(self, session: Session) -> SecretLook:
        at, caller = self._kit.now(), self._hop.caller
        keys = {self._kit.pseudonyms.contact(caller, one) for one in (at, at - pin_rest.DAY)}
        before = guesses.counted(session, Secret.WORK, keys, ASKED, at - 2 * pin_rest.DAY)
        until = pin_rest.rested_until(before)
        if until is not None and until > at:
            return SecretLook((RESTING, until.isoformat()))
        until = pin_rest.rested_until([*before, at])
        return SecretLook((ASKED,) if until is None else (ASKED, until.isoformat()))

    def _settled(
        self, asked: ReaderAsked, row_id: int | None, answer: ReaderAnswer | None
    ) -> ReaderLearned:
        """Stores what this position shows. Of two simultaneous hops, the first one decides for both."""
        with self._kit.database.writing() as session:
            row_id = self._row(session, asked).id if row_id is None else row_id
            shown = None if answer is None else self._sealed(answer, asked)
            row = readings.settle(session, row_id, shown, self._kit.now())
        self._rows()[row.text_digest] = row
        return WAIT if row.shown is None else self._shown(row.shown, asked, answer)

    def _rows(self) -> dict[str, PinReading]:
        if self._known is None:
            with self._kit.database.reading() as session:
                self._known = readings.of_session(session, self._opening.key)
        return self._known

    def _fresh(self, asked: ReaderAsked, wrong: ReaderAnswer | None = None) -> ReaderLearned:
        """Asks the reader. If the PIN is wrong, this position shows `wrong` instead."""
        row_id, answer = self._asked(asked)
        if wrong is not None and answer == ReaderAnswer():
            answer = wrong
        return self._settled(asked, row_id, answer)

    def _page(self, asked: ReaderAsked, row: PinReading | None) -> ReaderLearned:
        """Returns the text of a page that was shown before.

        Without it, returns a message that it cannot be read now.
        """
        answer = None
        if row is not None:
            _, answer = self._asked(asked)
        if answer is None or PAGE not in answer.words:
            said = self._kit.phrases.say(self._language, Template.PAGE_AWAY)
            answer = ReaderAnswer((UNREADABLE,), words={PAGE: said})
        return ReaderLearned(answer)

    def _asked(self, asked: ReaderAsked) -> tuple[int, ReaderAnswer | None]:
        """Returns the reading's id, and the answer if it came in time.

        Without a free waiting place, there is no answer.
        """
        pair = KeyPair.new()
        row_id, ask_id = self._begin(asked, pair)
        door = self._kit.reader
        if ask_id is None:
            return row_id, None
        ring(self._kit, Job.READ, ask_id)
        if not door.places.acquire(blocking=False):
            return row_id, None
        try:
            box = self._waited(ask_id)
        finally:
            door.places.release()
        if box is None:
            return row_id, None
        with suppress(SealBroken, KeyError, TypeError, ValueError):
            told = bound_to(self._opening.key, self._digest(asked.upto))
            content = oneoff.open_box(box, private=pair.private, bound=told)
            return row_id, ReaderAnswer.from_dict(content)
        return row_id, None

    def _begin(self, asked: ReaderAsked, pair: KeyPair) -> tuple[int, int | None]:
        """Stores the request. Returns no request id if the reader has no key to seal the PIN to."""
        key, digest, at = self._opening.key, self._digest(asked.upto), self._kit.now()
        sealed_pin = None
        with suppress(KeyMissing, SealBroken):
            public = self._kit.sealer.reader_key()
            typed = self._typed(asked)
            sealed_pin = oneoff.seal(typed, public=public, bound=bound_to(key, digest))
        with self._kit.database.writing() as session:
            row = self._row(session, asked)
            if sealed_pin is None:
                return row.id, None
            return row.id, readings.ask(session, row.id, sealed_pin, pair.public, at)

    def _row(self, session: Session, asked: ReaderAsked) -> PinReading:
        """Returns the reading of this position, and makes it if needed."""
        before = None if asked.of is None else self._rows().get(self._digest(asked.of))
        return readings.begin(
            session,
            self._opening.key,
            self._digest(asked.upto),
            responder_id=self._opening.responder_id,
            asks=asked.ask,
            of_id=None if before is None else before.of_id or before.id,
            at=self._kit.now(),
        )

    def _typed(self, asked: ReaderAsked) -> Mapping[str, str]:
        """Returns the data for the reader only: the typed text, and the phone's digest if it may choose a new PIN."""
        typed = {PIN: asked.pin, **asked.typed}
        if self._hop.shows_number:
            number = self._hop.caller
            typed |= {NUMBER_KEY: self._kit.pseudonyms.enrolled(number)}
            typed |= {NUMBER_END: number[-NUMBER_END_DIGITS:]}
        return typed

    def _waited(self, ask_id: int) -> bytes | None:
        door = self._kit.reader
        until = door.elapsed() + MOST_SECONDS
        for pause in chain(PAUSES, repeat(LATER_PAUSE)):
            left = until - door.elapsed()
            if left <= 0:
                return None
            door.pause(min(pause, left))
            box = readings.box_of(self._kit.database, ask_id)
            if box is not None:
                return box
        return None

    def _sealed(self, answer: ReaderAnswer, asked: ReaderAsked) -> bytes:
        """Encrypts an answer for storage. Replaces its page with the number of screens that the page fills."""
        words = {name: word for name, word in answer.words.items() if name != PAGE}
        screens = asked.screens(answer) if PAGE in answer.words else 0
        kept = {"answer": replace(answer, words=words).to_dict(), "screens": screens}
        plain = json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return under(self._shown_key(asked.upto), self._opening.key.encode(), plain)

    def _shown(
        self, sealed: bytes, asked: ReaderAsked, fresh: ReaderAnswer | None = None
    ) -> ReaderLearned:
        plain = opened(self._shown_key(asked.upto), self._opening.key.encode(), sealed)
        if plain is None:
            return NOTHING_OPENED
        kept = json.loads(plain.decode("utf-8", "surrogatepass"))
        answer, screens = ReaderAnswer.from_dict(kept["answer"]), int(kept["screens"])
        if screens and fresh is not None and PAGE in fresh.words:
            page = {PAGE: fresh.words[PAGE]}
            return ReaderLearned(replace(answer, words={**answer.words, **page}))
        return ReaderLearned(answer, screens)

    def _shown_key(self, upto: int) -> bytes:
        return self._kit.pseudonyms.shown_key(self._hop.session_id, self._hop.text[:upto])

    def _digest(self, upto: int) -> str:
        text = without_pins(self._hop.text[:upto])
        return self._kit.pseudonyms.heard(self._opening.key, text)
