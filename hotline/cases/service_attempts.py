"""Checks attempts at short secrets, which an attacker could find by trying. Each attempt is recorded in the transaction
that compares the secret.

If a hop is repeated, it gets the same answer again. Wrong, unknown and blocked secrets all get the same answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hotline.cases.rules_reading_requests import without_pins
from hotline.core import tables_attempts
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.rules_attempts import DAY, HOUR, AttemptedSecret, is_exhausted
from hotline.core.ussd import UssdHop, follows
from hotline.gateway import tables_sessions

BUT_PINS = "but-pins:"
"""The prefix of a digest of a text in which digits that may be a work PIN were replaced."""
CompareSecret = Callable[[Session], "AttemptResult"]
"""A function that compares a secret, and returns what the secret gives access to."""


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """The result of comparing a secret. No part of it may be logged."""

    results: Sequence[str] = ()
    opened_key: str | None = field(default=None, repr=False)

    @property
    def flags(self) -> Mapping[str, bool]:
        return dict.fromkeys(self.results, True)


@dataclass(frozen=True, slots=True)
class SecretAttempt:
    """An attempt at a secret: the secret, the caller, and the text before the secret. No part of it may be logged."""

    secret: AttemptedSecret
    session_key: str = field(repr=False)
    text_key: str = field(repr=False)
    target_key: str = field(repr=False)
    caller: str = field(repr=False)


def text_digest(context: Context, session_key: str, text: str, *, but_pins: bool = False) -> str:
    """Returns a digest of the text that a session has sent. The row of the session stores it.

    If `but_pins` is True, digits that may be a work PIN are replaced first.
    """
    if but_pins:
        return f"{len(text)}:{BUT_PINS}{context.pseudonyms.heard(session_key, without_pins(text))}"
    return f"{len(text)}:{context.pseudonyms.heard(session_key, text)}"


def continues_text(context: Context, dialogue: tables_sessions.LockedDialogue, text: str) -> bool:
    """Returns True if `text` continues the text that this session sent before.

    If the session has sent nothing before, any text continues it.
    """
    length, known = max(dialogue.committed, 0), dialogue.text_key
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
    compare: CompareSecret,
) -> AttemptResult:
    """Returns the result of a secret that the caller typed in this hop. If the hop is repeated, returns the earlier
    result.

    If the text does not continue the session's earlier text, the result is empty. Raises StoreUnavailable.
    """
    key = context.pseudonyms.session(hop.session_id)
    heard_key = context.pseudonyms.heard(key, hop.text[:upto])
    with context.database.reading() as session:
        before = tables_attempts.find_attempt(session, key, heard_key)
    if before is not None:
        return AttemptResult(before.results, before.opened_key)

    attempt = SecretAttempt(secret, key, heard_key, target_key, hop.caller)
    with context.database.writing() as session:
        dialogue = tables_sessions.lock_dialogue(session, key)
        before = tables_attempts.find_attempt(session, key, heard_key)
        if before is not None:
            return AttemptResult(before.results, before.opened_key)
        if dialogue is None or not continues_text(context, dialogue, hop.text):
            return AttemptResult()
        return try_secret(session, context, attempt, compare)


def try_secret(
    session: Session, context: Context, attempt: SecretAttempt, compare: CompareSecret
) -> AttemptResult:
    """Compares a secret and records the attempt, in the transaction of the calling function.

    After too many attempts, records the attempt without comparing the secret.
    """
    at, secret, target = context.now(), attempt.secret, attempt.target_key
    contact_key = context.pseudonyms.contact(attempt.caller, at)

    tables_attempts.lock_digests(session, [contact_key, target])
    worn = is_exhausted(
        secret,
        of_contact=count_attempts(session, context, secret, attempt.caller),
        of_target=tables_attempts.count_of_target(session, secret, target, at - DAY),
    )
    found = AttemptResult() if worn else compare(session)

    right_code = secret is AttemptedSecret.CODE and found.opened_key is not None
    row = tables_attempts.AttemptRow(
        secret=secret,
        session_key=attempt.session_key,
        text_key=attempt.text_key,
        contact_key=contact_key,
        target_key="" if right_code else target,
        compared=not worn,
        opened_key=found.opened_key,
        results=[*found.results],
        at=at,
    )
    tables_attempts.record_attempt(session, row)
    return found


def count_attempts(session: Session, context: Context, secret: AttemptedSecret, caller: str) -> int:
    """Returns how many attempts by this caller were recorded in the last hour."""
    at = context.now()
    keys = {context.pseudonyms.contact(caller, at), context.pseudonyms.contact(caller, at - HOUR)}
    return tables_attempts.count_of_contact(session, secret, keys, at - HOUR)
