"""Makes the desks' key pairs, and decrypts tips with the recovery passphrase. The audit log gets a row for each use of
the recovery passphrase.

Also gives a district access to a tip that only the national desk could read. If the place of a tip was corrected, also
stands down the responders at the wrong place.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from hotline.alerts import service_case, service_closing, service_correction
from hotline.alerts import tables as alerts_tables
from hotline.cases import decrypt_codes, service_weekly_keys
from hotline.cases.queries import ALL_TIPS, TipListFilter, TipOverview, tip_overviews
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.gateway.doorbell import ringing
from hotline.keys.decrypt import decrypt_grant, decrypt_text
from hotline.keys.encrypt import label
from hotline.keys.passphrase import Costs
from hotline.people import (
    decrypt_grants,
    decrypt_passphrase,
    decrypt_recovery,
    decrypt_signing,
    tables_audit,
    tables_desks,
)
from hotline.people.decrypt_passphrase import PassphraseDecrypter, TwoPeople
from hotline.people.rules import kind_of
from hotline.people.rules_audit import DESK
from hotline.text.errors import (
    DecryptionFailed,
    DeskRefused,
    EndRefused,
    KeyMissing,
    NotFound,
    PassphraseWrong,
)
from hotline.text.places import NATIONAL, districts
from hotline.tips import queries_visible, tables
from hotline.tips.encrypt_notes import decrypt_answer
from hotline.tips.rules import OVERSEEN, VisitFacts, desk_of
from hotline.tips.rules_events import LoggedEvent


@dataclass(frozen=True, slots=True)
class UnlockedTip:
    """A tip that a desk has decrypted. `repr` shows neither the key of the tip nor the caller's answers."""

    tip: tables.Tip
    desk: str
    key: bytes = field(repr=False)
    answers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class QuestionBack:
    """A question that a desk asked the caller about a tip, with the answer. `repr` does not show the answer."""

    question: str
    answered_at: datetime | None
    answer: str | None = field(default=None, repr=False)
    """The decrypted answer. None if the caller has not answered, or if the key does not decrypt the answer."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class DecryptedTip:
    """A tip as a desk reads it, with its decrypted answers. `repr` does not show the answers."""

    matter: str
    visit_facts: VisitFacts
    """The facts that decide how responders may visit."""
    erasure_asked_at: datetime | None
    """The time when the erasure of the tip's text was requested. A person other than the caller can also request the
    erasure."""
    earlier: tuple[str, ...]
    """The earlier places of a tip whose place was corrected, the oldest first."""
    answers: Mapping[str, str] = field(repr=False)
    asked: QuestionBack | None = None
    notes: Sequence[decrypt_codes.DecryptedNote] = ()


def missing_desks(context: Context) -> Sequence[str]:
    """Returns the codes of the desks that have no key yet. The national desk and each district need a key."""
    with context.database.reading() as session:
        held = tables_desks.desk_codes(session)
    wanted = (NATIONAL, *(district.code for district in districts()))
    return [code for code in wanted if code not in held]


def make_desks(context: Context, passphrase: str, *, costs: Costs | None = None) -> Sequence[str]:
    """Makes the key pairs of the desks that have none, and encrypts the private keys for the recovery key pair. Returns
    the codes of the new desks.

    The first call also makes the recovery key pair, and protects it with the passphrase. Existing desks keep their
    keys, and an existing recovery key pair keeps its passphrase. Raises DeskRefused if desks exist but the recovery key
    pair does not.
    """
    missing = missing_desks(context)
    if not missing:
        return ()

    with context.database.reading() as session:
        is_empty, at = not tables_desks.desk_codes(session), context.now()
    line = None if is_empty else decrypt_signing.open_line_key(context, passphrase)
    with context.database.writing() as session:
        held = tables_desks.desk_codes(session)
        if is_empty and not held:
            line = decrypt_recovery.first_keys(session, passphrase, costs, at)
        made = [code for code in missing if code not in held]
        if made:
            desks = [tables_desks.Desk(code=one, kind=kind_of(one), created_at=at) for one in made]
            decrypt_recovery.make_desks(session, context, desks, line)
            subject = f"{len(made)} desks"
            tables_audit.append_row(session, at, "cli", "desks_made", subject)
    return made


def line_public_key(context: Context, passphrase: str) -> bytes:
    """Returns the public key with which the hotline's signatures are checked. Raises PassphraseWrong, DeskRefused."""
    line = decrypt_signing.open_line_key(context, passphrase)
    if line is None:
        raise DeskRefused(decrypt_signing.NOT_OURS)
    return bytes(line.verify_key)


def list_tips(context: Context, wanted: TipListFilter = ALL_TIPS) -> Sequence[TipOverview]:
    """Returns the tips that callers have filed, the newest first. Leaves out drafts, and complaints about the national
    desk. The result contains no text that a caller typed.
    """
    service_weekly_keys.delete_old_keys(context)
    with context.database.reading() as session:
        return tip_overviews(session, replace(wanted, is_unproved=True))


def check_grant(context: Context, tip_id: int, *, desk: str, by: TwoPeople, reason: str) -> None:
    """Checks that a desk may read a tip, before an operator types the passphrase. If the desk has no access, or if the
    text was erased, writes a row to the audit log. For an oversight desk, checks nothing, so that no operator without
    the passphrase learns which tips that desk has.

    Raises NotFound if the tip does not exist or the desk has no access to it.
    """
    with context.database.reading() as session:
        if desk in tables_desks.every_oversight(session):
            return
        found = queries_visible.tip_with_grant(session, tip_id, desk)
    _granted(context, found, desk, by=by, reason=reason)


def unlock(
    context: Context, tip_id: int, *, desk: str, passphrase: str, by: TwoPeople, reason: str
) -> UnlockedTip:
    """Returns the tip with its encrypted key, and the desk's private key, which the passphrase decrypts. Writes a row
    to the audit log for a wrong passphrase, for missing access and for an erased text.

    Raises NotFound if the tip does not exist or the desk has no access to it. Also raises PassphraseWrong,
    DecryptionFailed or KeyMissing. For an oversight desk, checks the passphrase first, so that an operator with a wrong
    passphrase learns nothing about the tip.
    """
    check_grant(context, tip_id, desk=desk, by=by, reason=reason)
    with context.database.reading() as session:
        wrapped = decrypt_passphrase.wrapped_desk(session, desk, by)
    try:
        keys = PassphraseDecrypter(by, passphrase).open(wrapped)
    except PassphraseWrong:
        why = f"wrong passphrase: {reason}"
        _record(context, "tip_refused", tip_id, desk, by=by, reason=why)
        raise
    with context.database.reading() as session:
        tip, grant = queries_visible.tip_with_grant(session, tip_id, desk)
    grant = _granted(context, (tip, grant), desk, by=by, reason=reason)
    return _opened(context, tip, desk, grant, keys)


def unlock_as(
    session: Session,
    context: Context,
    tip_id: int,
    desks: Collection[str],
    member: str,
    private: bytes,
) -> UnlockedTip | None:
    """Returns the tip with the key that a member of these desks can decrypt. `private` is the member's private key.

    Returns None if the member can decrypt the tip through none of the desks, or if the text was erased. Tries also
    earlier key pairs of a desk, and desks that got access before the place of the tip was corrected. Raises NotFound
    if the tip does not exist.
    """
    for desk in sorted(desks):
        tip, grant = queries_visible.tip_with_grant(session, tip_id, desk)
        if grant is not None and tip.erased_at is None:
            with suppress(DecryptionFailed, KeyMissing, NotFound):
                opened = decrypt_grants.decrypt_desk_as(session, desk, member, private)
                return _opened(context, tip, desk, grant, opened)
    return None


def _opened(
    context: Context, tip: tables.Tip, desk: str, grant: bytes, keys: Sequence[bytes]
) -> UnlockedTip:
    """Removes the weekly lock from a desk's copy of the tip's key, and decrypts the copy with one of the desk's private
    keys. The weekly lock is a second encryption, which changes each week.

    Raises KeyMissing. Raises DecryptionFailed also for an old key that no longer decrypts the text of the tip.
    """
    bare = context.encrypter.weekly_lock.unlock(grant, label(tip.uid, desk))
    for private in keys:
        with suppress(DecryptionFailed):
            key = decrypt_grant(bare, uid=tip.uid, desk=desk, private_key=private)
            answers = decrypt_text(tip.body, key, uid=tip.uid, place=tip.place)
            return UnlockedTip(tip, desk, key, answers)
    raise DecryptionFailed(f"no private key of desk {desk} decrypts tip {tip.id}")


def read_tip(
    context: Context, tip_id: int, *, desk: str, passphrase: str, by: TwoPeople, reason: str
) -> DecryptedTip:
    """Returns the decrypted answers of a tip, with the caller's answer to the desk's question. First commits a row to
    the audit log.

    Raises the same errors as `unlock`.
    """
    found = unlock(context, tip_id, desk=desk, passphrase=passphrase, by=by, reason=reason)
    with context.database.reading() as session:
        opened = decrypt_unlocked(session, found)

    is_answered = opened.asked is not None and opened.asked.answer is not None
    _record(context, "tip_read", tip_id, desk, by=by, reason=reason, answer=is_answered)
    return opened


def decrypt_unlocked(session: Session, found: UnlockedTip) -> DecryptedTip:
    """Returns the text of a tip, decrypted with the key in `found`. The calling function must write a row to the audit
    log before it shows the text."""
    tip, tip_key = found.tip, found.key
    return DecryptedTip(
        matter=tip.matter,
        visit_facts=service_case.visit_facts_of(tip),
        erasure_asked_at=tip.erasure_asked_at,
        earlier=tuple(one.place for one in tables.earlier_places(session, tip.id)),
        answers=found.answers,
        asked=_question_back(alerts_tables.question_of_tip(session, tip.id), tip_key, tip.uid),
        notes=decrypt_codes.decrypt_notes(session, tip, tip_key),
    )


def send_down(
    context: Context, tip_id: int, *, passphrase: str, by: TwoPeople, reason: str
) -> None:
    """Gives the desks of the tip's district and camp access to the tip, and alerts the responders there. Before this
    call, only the national desk had access, because an official may be involved in the case.

    Only the national desk can give this access, once for each tip. Raises EndRefused and the same errors as `unlock`.
    """
    found = unlock(context, tip_id, desk=NATIONAL, passphrase=passphrase, by=by, reason=reason)
    desk = desk_of(found.tip.place, "no")
    if desk is None:
        raise EndRefused(f"tip {tip_id} names no district, so only the national desk can read it")
    with ringing(context) as session:
        tip = tables.get_filed(session, tip_id)
        if tip.closed_at is not None or tip.official == "no" or tip.body != found.tip.body:
            raise EndRefused(f"tip {tip_id} was just closed or changed: see `hotline tips list`")
        at, camps = context.now(), tables_desks.desks_of_camp(session, tip.sector)
        if desk not in give_desks(session, context, tip, found.key, [desk, *camps]):
            raise NotFound(f"desk {desk} has no signed key: run `hotline desks sign`")
        service_correction.send_down(
            session, context, tip, service_closing.by_command(by.first, by.why(reason)), at
        )


def give_desks(
    session: Session, context: Context, tip: tables.Tip, tip_key: bytes, codes: Sequence[str]
) -> frozenset[str]:
    """Encrypts the key of a tip for each of the desks in `codes`, and stores the encrypted keys. Returns the desks that
    got access. Leaves out desks without a valid key."""
    at = context.now()
    public_keys = context.encrypter.counting(tables_desks.desk_keys(session, codes), at)
    for code, known in public_keys.items():
        grant = context.encrypter.grant(tip_key, uid=tip.uid, desk=code, public_key=known, at=at)
        tables.give_key(session, tip, code, grant)
    return frozenset(public_keys)


def stand_down(context: Context, tip_id: int, *, by: str, reason: str) -> None:
    """Stands down the responders at the place that the caller gave first, because the place of the tip was corrected.

    Raises NotFound if the tip does not exist, and for a complaint about the national desk. Raises EndRefused if no
    responder at the corrected place has taken the case.
    """
    with ringing(context) as session:
        tip = tables.get_filed(session, tip_id)
        if tip.official == OVERSEEN:
            raise NotFound(tables.NO_TIP.format(tip_id))
        if tip.closed_at is not None or not service_case.can_stand_down(session, tip):
            raise EndRefused(
                f"tip {tip_id}: a responder at the corrected place must take the case before you can stand down"
                " the responders at the earlier place"
            )
        who = service_closing.by_command(by, reason)
        service_correction.stand_down(session, context, tip, who, context.now())


def _granted(
    context: Context,
    found: tuple[tables.Tip, bytes | None],
    desk: str,
    *,
    by: TwoPeople,
    reason: str,
) -> bytes:
    tip, grant = found
    if grant is None and tip.official == OVERSEEN:
        raise NotFound(tables.NO_TIP.format(tip.id))
    if tip.erased_at is not None:
        _record(context, "tip_refused", tip.id, desk, by=by, reason=f"words erased: {reason}")
        raise NotFound(f"tip {tip.id}: the text was erased on {tip.erased_at:%Y-%m-%d}")
    if grant is None:
        _record(context, "tip_refused", tip.id, desk, by=by, reason=f"no grant: {reason}")
        raise NotFound(f"desk {desk} cannot read tip {tip.id}: ask a desk that can read the tip")
    return grant


def _question_back(
    row: alerts_tables.QuestionBackRow | None, tip_key: bytes, uid: str
) -> QuestionBack | None:
    """Returns the question that a desk asked about a tip, with the caller's answer.

    If the answer cannot be decrypted, returns the question without an answer, so that pages can still show the tip.
    """
    if row is None:
        return None
    back = QuestionBack(row.question, row.answered_at)
    if row.answered_at is None:
        return back
    try:
        answer = decrypt_answer(row.body, row.locked_key, tip_key=tip_key, uid=uid)
    except DecryptionFailed:
        return back
    return replace(back, answer=answer.get("answer", ""), language=answer.get("language", ""))


def _record(
    context: Context,
    action: str,
    tip_id: int,
    desk: str,
    *,
    by: TwoPeople,
    reason: str,
    answer: bool = False,
) -> None:
    actor, at = f"{DESK}:{desk}:{by.first}", context.now()
    with context.database.writing() as session:
        if answer:
            alerts_tables.note_read(session, tip_id, at)
        if action == "tip_read":
            who, key = service_case.EventActor(actor, desk=desk), f"{tip_id}:{desk}"
            service_case.write_event(session, tip_id, LoggedEvent.OPENED, who, at, key=key)
        subject, why = f"tip:{tip_id}", by.why(reason)
        tables_audit.append_row(session, at, actor, action, subject, why)
