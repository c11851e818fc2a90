"""Links that a person makes or undoes: two tips are one situation, or are not. Nothing is merged."""

from hotline.domain import trial
from hotline.domain.cases.entries import UNDONE, WHY, YES, EntryKind
from hotline.domain.tips.clusters import LikelyPair, LinkReason
from hotline.domain.tips.promises import TipStop
from hotline.errors import EndRefused, NotFound
from hotline.ports import Kit
from hotline.services.cases import entries
from hotline.services.cases.entries import EntryBy
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.tips import links, visible
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import Viewer

ACTIONS = ("tips_linked", "tips_unlinked")
"""Rows of the audit log that name another tip: for whoever may know of that one alone."""


def other_of(reason: str) -> int | None:
    """The other tip that a row of `ACTIONS` names."""
    number = reason.partition(":")[0].removeprefix("tip ")
    return int(number) if number.isdecimal() else None


def link(kit: Kit, a: int, b: int, *, viewer: Viewer | None, actor: str, reason: str) -> None:
    """Somebody says that they are one situation; also where a link was undone. Raises NotFound, EndRefused."""
    with kit.database.writing() as session:
        _check(session, a, b, viewer)
        if any(session.get_one(Tip, one).channel in trial.UNCOUNTED for one in (a, b)):
            raise EndRefused("an exercise, or a call of the line itself, is no situation")
        row = links.between(session, a, b)
        if row is None:
            links.keep(session, [LikelyPair(a, b, LinkReason.SAID)], actor, kit.now())
        elif row.undone_at is None:
            raise EndRefused(f"tips {a} and {b} are linked already", TipStop.LINKED_ALREADY)
        else:
            row.why, row.by, row.at = LinkReason.SAID, actor, kit.now()
            row.undone_by = row.undone_at = None
        _record(session, kit, "tips_linked", a, b, actor, reason)


def unlink(kit: Kit, a: int, b: int, *, viewer: Viewer | None, actor: str, reason: str) -> None:
    """Somebody says that they are not. Nothing links them again but a person. Raises NotFound, EndRefused."""
    with kit.database.writing() as session:
        _check(session, a, b, viewer)
        row = links.between(session, a, b)
        if row is None or row.undone_at is not None:
            raise EndRefused(f"tips {a} and {b} are not linked", TipStop.NOT_LINKED)
        row.undone_by, row.undone_at = actor, kit.now()
        _record(session, kit, "tips_unlinked", a, b, actor, reason)


def _check(session: Session, a: int, b: int, viewer: Viewer | None) -> None:
    """A tip that she may not know of is none."""
    if a == b:
        raise EndRefused("a tip is not linked to itself", TipStop.SAME_TIP)
    for tip_id in (a, b):
        if not visible.is_visible(session, tip_id, viewer):
            raise NotFound(f"no tip {tip_id}")


def _record(
    session: Session, kit: Kit, action: str, a: int, b: int, actor: str, reason: str
) -> None:
    codes = {WHY: LinkReason.SAID.value, **({UNDONE: YES} if action == "tips_unlinked" else {})}
    for one, other in ((a, b), (b, a)):
        by, key = EntryBy(actor), f"{other}:{one}:{kit.now().timestamp()}"
        entries.done_by(session, one, EntryKind.LINKED, by, kit.now(), key=key, codes=codes)
        audit.append(
            session,
            at=kit.now(),
            actor=actor,
            action=action,
            subject=f"tip:{one}",
            reason=f"tip {other}: {reason}",
        )
