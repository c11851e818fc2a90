"""Gives the demo's three responders PINs, so that a learner can read a case by dialling. They work nowhere else."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hotline.core.actors import Actor
from hotline.core.context import Kit
from hotline.keys.encrypt import KeyPair
from hotline.people import decrypt_grants, tables, tables_audit
from hotline.people.decrypt_passphrase import OF_THE_DEMO
from hotline.people.rules import WITH_PINS
from hotline.people.rules_desks import of_responder
from hotline.people.tables import Responder
from hotline.text.keying import is_easy

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
        people = [one for one in tables.everybody(session) if one.name in WITH_PINS]
    made = [_choose(kit, wraps, person) for person in people if person.pin_wrap is None]
    for person in people if made else ():
        with kit.database.reading() as session:
            desks = {row.desk_code for row in tables.running(session, person.id)}
        for desk in sorted(desks):
            decrypt_grants.ask(kit, ASKS, desk, of_responder(person.id), WHY)
    if made:
        decrypt_grants.admit_by_passphrase(kit, OF_THE_DEMO, passphrase)
    return made


def _choose(kit: Kit, wraps: Wraps, person: Responder) -> DemoPin:
    pair, pin = KeyPair.new(), _new_pin()
    wrap, actor = wraps(pair.private, pin, person.id), f"responder:{person.id}"
    with kit.database.writing() as session:
        row = session.get_one(Responder, person.id)
        row.public_key, row.pin_wrap, row.pin_set_at = pair.public, wrap, kit.now()
        tables_audit.append(
            session, at=kit.now(), actor=actor, action="pin_changed", subject=actor, reason=WHY
        )
    return DemoPin(person.name, pin)


def _new_pin() -> str:
    while is_easy(pin := f"{secrets.randbelow(10**PIN_DIGITS):06}"):
        pass
    return pin
