"""Gives the demo's three responders PINs, so that a learner can read a case by dialling. They work nowhere else."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hotline.domain.accounts.account import Actor
from hotline.domain.desk.desks import of_responder
from hotline.domain.people.enrolment import WITH_PINS
from hotline.engine.keying import is_easy
from hotline.ports import Kit
from hotline.sealing.envelope import KeyPair
from hotline.services.desk import admissions
from hotline.services.desk.keys.by_passphrase import OF_THE_DEMO
from hotline.store.desk import audit
from hotline.store.people import responders
from hotline.store.people.responders import Responder

ASKS = Actor("demo")
WHY = "a responder of the demo"
PIN_DIGITS = 6
Wraps = Callable[[bytes, str, int], bytes]
"""Wraps a private key under a PIN for a responder."""


@dataclass(frozen=True, slots=True)
class DemoPin:
    name: str
    pin: str = field(repr=False)


def make(kit: Kit, wraps: Wraps, passphrase: str) -> Sequence[DemoPin]:
    """Makes PINs for demo responders who have none, with the keys of their desks. Raises PassphraseWrong.

    The caller must know that the gateway is the emulator.
    """
    with kit.database.reading() as session:
        people = [one for one in responders.everybody(session) if one.name in WITH_PINS]
    made = [_choose(kit, wraps, person) for person in people if person.pin_wrap is None]
    for person in people if made else ():
        with kit.database.reading() as session:
            desks = {row.desk_code for row in responders.running(session, person.id)}
        for desk in sorted(desks):
            admissions.ask(kit, ASKS, desk, of_responder(person.id), WHY)
    if made:
        admissions.admit_by_passphrase(kit, OF_THE_DEMO, passphrase)
    return made


def _choose(kit: Kit, wraps: Wraps, person: Responder) -> DemoPin:
    pair, pin = KeyPair.new(), _new_pin()
    wrap, actor = wraps(pair.private, pin, person.id), f"responder:{person.id}"
    with kit.database.writing() as session:
        row = session.get_one(Responder, person.id)
        row.public_key, row.pin_wrap, row.pin_set_at = pair.public, wrap, kit.now()
        audit.append(
            session,
            at=kit.now(),
            actor=actor,
            action="pin_changed",
            subject=actor,
            reason=WHY,
        )
    return DemoPin(person.name, pin)


def _new_pin() -> str:
    while is_easy(pin := f"{secrets.randbelow(10**PIN_DIGITS):06}"):
        pass
    return pin
