"""Compares the words of a tip that a desk has just opened with those that it opened lately, and links what is alike.

A desk's key opens its own sketches alone. No word is kept, and nobody is told: who knows both tips reads of it.
Runs inside its caller's transaction. Nothing that a hook reaches imports this file.
"""

from collections.abc import Mapping, Set
from contextlib import suppress
from datetime import datetime

from hotline.domain.tips.like_words import MOST_COMPARED, TERM, most_alike, pieces
from hotline.domain.tips.likely import LikelyPair, LinkReason
from hotline.errors import KeyMissing, SealBroken
from hotline.ports import Kit
from hotline.sealing.keys.sketches import SketchKeys
from hotline.store.cases import case_log
from hotline.store.database import Session
from hotline.store.tips import links, sketches
from hotline.store.tips.tips import Tip
from hotline.store.tips.visible import Viewer


def compare(
    session: Session,
    kit: Kit,
    tip: Tip,
    answers: Mapping[str, str],
    *,
    keys: SketchKeys,
    responder_id: int | None,
    account_id: int | None = None,
    at: datetime,
) -> None:
    """Keeps a sketch of what was typed, and links the tip to those of this desk, and of this person, that are alike."""
    typed = pieces(answers)
    viewer = Viewer(frozenset({keys.desk}), responder_id, account_id)
    if not typed or not sketches.is_compared(session, tip.id, viewer):
        return

    sketch = keys.sketch(typed)
    known = _opened(session, kit, keys, viewer, at)
    alike = most_alike(sketch, {one: known[one] for one in known if one != tip.id})

    if known.get(tip.id) != sketch:
        sealed = keys.seal(sketch, uid=tip.uid)
        locked = kit.sealer.weekly_lock.lock(sealed, keys.bound(tip.uid), at)
        sketches.keep(session, tip.id, keys.desk, locked, at)
    pairs = [LikelyPair(min(one, tip.id), max(one, tip.id), LinkReason.WORDS) for one in alike]
    made = links.keep(session, pairs, links.LINE, at)
    case_log.written_linked(session, [(one.b, one.a, one.why) for one in made], at)


def _opened(
    session: Session, kit: Kit, keys: SketchKeys, viewer: Viewer, at: datetime
) -> Mapping[int, Set[bytes]]:
    """By tip, the sketches of this desk that its key opens today."""
    found = {}
    for row in sketches.newest(session, keys.desk, viewer, since=at - TERM, limit=MOST_COMPARED):
        with suppress(KeyMissing, SealBroken):
            sealed = kit.sealer.weekly_lock.unlock(row.body, keys.bound(row.uid))
            found[row.tip_id] = keys.open(sealed, uid=row.uid)
    return found
