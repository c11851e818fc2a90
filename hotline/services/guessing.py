"""A try at a secret that could be guessed: noted in the transaction that looks, before any screen exists.

A repeated hop is told what it was told before. Wrong, unknown and exhausted look alike.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hotline.domain.dialogue.asks import without_pins
from hotline.domain.dialogue.ussd import UssdHop, follows
from hotline.domain.guessing import DAY, HOUR, Secret, exhausted
from hotline.ports import Kit
from hotline.store.database import Session
from hotline.store.dialogue import openings
from hotline.store.dialogue.openings import HeldDialogue
from hotline.store.tips import guesses
from hotline.store.tips.guesses import Guess

BUT_PINS = "but-pins:"
"""In front of a digest that was made without what may be a work PIN."""
Opens = Callable[[Session], "SecretLook"]
"""Compares, and says what the secret opens."""


@dataclass(frozen=True, slots=True)
class SecretLook:
    """What a try opens. Nothing of it is for a log."""

    said: Sequence[str] = ()
    opened_key: str | None = field(default=None, repr=False)

    @property
    def flags(self) -> Mapping[str, bool]:
        return dict.fromkeys(self.said, True)


@dataclass(frozen=True, slots=True)
class SecretAttempt:
    """Who tries what, and behind which text. Nothing of it is for a log."""

    secret: Secret
    session_key: str = field(repr=False)
    heard_key: str = field(repr=False)
    target_key: str = field(repr=False)
    caller: str = field(repr=False)


def heard_mark(kit: Kit, session_key: str, text: str, *, but_pins: bool = False) -> str:
    """What a session's row keeps of the text that it has heard. `but_pins`: without what may be a work PIN."""
    if but_pins:
        return f"{len(text)}:{BUT_PINS}{kit.pseudonyms.heard(session_key, without_pins(text))}"
    return f"{len(text)}:{kit.pseudonyms.heard(session_key, text)}"


def extends(kit: Kit, dialogue: HeldDialogue, text: str) -> bool:
    """Whether `text` goes on behind all that the session has heard.

    A row in which an older process wrote last says only how much that was.
    """
    length = max(dialogue.heard, 0)
    if not follows(text, length):
        return False
    known = dialogue.heard_key or ""
    older = not known.startswith(f"{length}:")
    but_pins = known.startswith(f"{length}:{BUT_PINS}")
    return older or known == heard_mark(kit, dialogue.key, text[:length], but_pins=but_pins)


def look_once(
    kit: Kit, hop: UssdHop, upto: int, secret: Secret, target_key: str, opens: Opens
) -> SecretLook:
    """What a secret opens that a hop brings; what it was told before, if it comes again.

    A text that does not extend what the session has heard opens nothing. Raises StoreUnavailable.
    """
    key = kit.pseudonyms.session(hop.session_id)
    heard_key = kit.pseudonyms.heard(key, hop.text[:upto])
    with kit.database.reading() as session:
        before = guesses.find(session, key, heard_key)
    if before is not None:
        return SecretLook(before.said, before.opened_key)

    attempt = SecretAttempt(secret, key, heard_key, target_key, hop.caller)
    with kit.database.writing() as session:
        dialogue = openings.hold(session, key)
        before = guesses.find(session, key, heard_key)
        if before is not None:
            return SecretLook(before.said, before.opened_key)
        if dialogue is None or not extends(kit, dialogue, hop.text):
            return SecretLook()
        return judged(session, kit, attempt, opens)


def judged(session: Session, kit: Kit, attempt: SecretAttempt, opens: Opens) -> SecretLook:
    """Compare and note one try, in the caller's transaction; only note it where there were too many before."""
    at, secret, target = kit.now(), attempt.secret, attempt.target_key
    contact_key = kit.pseudonyms.contact(attempt.caller, at)

    guesses.take_turns(session, [contact_key, target])
    worn = exhausted(
        secret,
        of_contact=tried(session, kit, secret, attempt.caller),
        of_target=guesses.count_of_target(session, secret, target, at - DAY),
    )
    found = SecretLook() if worn else opens(session)

    right_code = secret is Secret.CODE and found.opened_key is not None
    row = Guess(
        secret=secret,
        session_key=attempt.session_key,
        heard_key=attempt.heard_key,
        contact_key=contact_key,
        target_key="" if right_code else target,
        compared=not worn,
        opened_key=found.opened_key,
        said=[*found.said],
        at=at,
    )
    guesses.note(session, row)
    return found


def tried(session: Session, kit: Kit, secret: Secret, caller: str) -> int:
    """How many tries of hers were looked at in the last hour."""
    at = kit.now()
    keys = {kit.pseudonyms.contact(caller, at), kit.pseudonyms.contact(caller, at - HOUR)}
    return guesses.count_of_contact(session, secret, keys, at - HOUR)
