"""Checks attempts at secrets that could be guessed. Notes each one in the transaction that compares it.

A repeated hop gets its previous answer. A wrong, an unknown and a blocked secret get the same answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hotline.cases.rules_reading_requests import without_pins
from hotline.core import tables_attempts
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.rules_attempts import DAY, HOUR, AttemptedSecret, is_exhausted
from hotline.core.tables_attempts import AttemptRow
from hotline.core.ussd import UssdHop, follows
from hotline.gateway import tables_sessions
from hotline.gateway.tables_sessions import LockedDialogue

BUT_PINS = "but-pins:"
"""Prefix of a digest that was made without digits that may be a work PIN."""
CompareSecret = Callable[[Session], "AttemptResult"]
"""Compares a secret, and returns what it gives access to."""


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """The result of an attempt. No part of it may be logged."""

    said: Sequence[str] = ()
    opened_key: str | None = field(default=None, repr=False)

    @property
    def flags(self) -> Mapping[str, bool]:
        return dict.fromkeys(self.said, True)


@dataclass(frozen=True, slots=True)
class SecretAttempt:
    """One attempt: the secret, the caller, and the text before it. No part of it may be logged."""

    secret: AttemptedSecret
    session_key: str = field(repr=False)
    heard_key: str = field(repr=False)
    target_key: str = field(repr=False)
    caller: str = field(repr=False)


def text_digest(context: Context, session_key: str, text: str, *, but_pins: bool = False) -> str:
    """Returns the mark of the heard text for a session's row. `but_pins` leaves out digits that may be a work PIN."""
    if but_pins:
        return f"{len(text)}:{BUT_PINS}{context.pseudonyms.heard(session_key, without_pins(text))}"
    return f"{len(text)}:{context.pseudonyms.heard(session_key, text)}"


def continues_text(context: Context, dialogue: LockedDialogue, text: str) -> bool:
    """Returns True if `text` continues the text that the session has heard. A session may have heard nothing yet."""
    length, known = max(dialogue.heard, 0), dialogue.heard_key
    if known is None or not follows(text, length):
        return known is None and length == 0
    but_pins = known.startswith(f"{length}:{BUT_PINS}")
    return known == text_digest(context, dialogue.key, text[:length], but_pins=but_pins)


def try_once(
    context: Context,
    hop: UssdHop,
    upto: int,
    secret: AttemptedSecret,
    target_key: str,
    opens: CompareSecret,
) -> AttemptResult:
    """Returns the result of a secret in a hop. A repeated hop gets its previous result.

    A text that does not continue the heard text gets no result. Raises StoreUnavailable.
    """
    key = context.pseudonyms.session(hop.session_id)
    heard_key = context.pseudonyms.heard(key, hop.text[:upto])
    with context.database.reading() as session:
        before = tables_attempts.find_attempt(session, key, heard_key)
    if before is not None:
        return AttemptResult(before.said, before.opened_key)

    attempt = SecretAttempt(secret, key, heard_key, target_key, hop.caller)
    with context.database.writing() as session:
        dialogue = tables_sessions.lock_dialogue(session, key)
        before = tables_attempts.find_attempt(session, key, heard_key)
        if before is not None:
            return AttemptResult(before.said, before.opened_key)
        if dialogue is None or not continues_text(context, dialogue, hop.text):
            return AttemptResult()
        return try_secret(session, context, attempt, opens)


def try_secret(
    session: Session, context: Context, attempt: SecretAttempt, opens: CompareSecret
) -> AttemptResult:
    """Compares and notes one attempt, in the caller's transaction. After too many attempts, only notes it."""
    at, secret, target = context.now(), attempt.secret, attempt.target_key
    contact_key = context.pseudonyms.contact(attempt.caller, at)

    tables_attempts.lock_digests(session, [contact_key, target])
    worn = is_exhausted(
        secret,
        of_contact=count_attempts(session, context, secret, attempt.caller),
        of_target=tables_attempts.count_of_target(session, secret, target, at - DAY),
    )
    found = AttemptResult() if worn else opens(session)

    right_code = secret is AttemptedSecret.CODE and found.opened_key is not None
    row = AttemptRow(
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
    tables_attempts.record_attempt(session, row)
    return found


def count_attempts(session: Session, context: Context, secret: AttemptedSecret, caller: str) -> int:
    """Returns how many attempts of this caller were noted in the last hour."""
    at = context.now()
    keys = {context.pseudonyms.contact(caller, at), context.pseudonyms.contact(caller, at - HOUR)}
    return tables_attempts.count_of_contact(session, secret, keys, at - HOUR)
