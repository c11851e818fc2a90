"""Gives PINs to three responders of the demo, so that a learner can read a case by dialling.

These PINs work only in the demo.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hotline.core.actors import Actor
from hotline.core.contexts import Context
from hotline.keys.encrypt import KeyPair
from hotline.people import decrypt_grants, tables, tables_audit
from hotline.people.decrypt_passphrase import OF_THE_DEMO
from hotline.people.rules import WITH_PINS
from hotline.people.rules_desks import of_responder
from hotline.text.keying import is_easy_pin

ASKS = Actor("demo")
WHY = "a responder of the demo"
PIN_DIGITS = 6
Wraps = Callable[[bytes, str, int], bytes]
"""A function that encrypts a responder's private key with a PIN."""


@dataclass(frozen=True, slots=True)
class DemoPin:
    name: str
    pin: str = field(repr=False)


def make_pins(context: Context, wraps: Wraps, passphrase: str) -> Sequence[DemoPin]:
    """Makes PINs for demo responders who have no PIN, and gives them the keys of their desks. Raises PassphraseWrong.

    The calling function must make sure that the gateway is the emulator.
    """
    with context.database.reading() as session:
        people = [one for one in tables.all_responders(session) if one.name in WITH_PINS]
    made = [_choose(context, wraps, person) for person in people if person.pin_wrap is None]
    for person in people if made else ():
        with context.database.reading() as session:
            desks = {row.desk_code for row in tables.current_memberships(session, person.id)}
        for desk in sorted(desks):
            decrypt_grants.request_access(context, ASKS, desk, of_responder(person.id), WHY)
    if made:
        decrypt_grants.grant_by_passphrase(context, OF_THE_DEMO, passphrase)
    return made


def _choose(context: Context, wraps: Wraps, person: tables.Responder) -> DemoPin:
    pair, pin = KeyPair.new(), _new_pin()
    wrap, actor = wraps(pair.private, pin, person.id), f"responder:{person.id}"
    with context.database.writing() as session:
        row = session.get_one(tables.Responder, person.id)
        row.public_key, row.pin_wrap, row.pin_set_at = pair.public, wrap, context.now()
        tables_audit.append_row(session, context.now(), actor, "pin_changed", actor, WHY)
    return DemoPin(person.name, pin)


def _new_pin() -> str:
    while is_easy_pin(pin := f"{secrets.randbelow(10**PIN_DIGITS):06}"):
        pass
    return pin
