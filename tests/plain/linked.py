"""Which tips are about one situation, reckoned plainly: from one phone, or of one place and kind within a day."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import combinations

from hotline.cli.year.ledger import InventedTip
from tests.plain.seen import Seen
from tests.plain.sessions import way

DAY = timedelta(days=1)
SECTOR = "report/sector"
ANY = ""


def situations(seen: Seen) -> Mapping[int, int]:
    """By tip, the first one that it is linked to, however far."""
    first = {tip_id: tip_id for tip_id in seen.tips}
    whole = [one for one in seen.tips.values() if not one.is_fragment and not one.is_complaint]
    for one, other in combinations(sorted(whole, key=lambda tip: tip.tip_id), 2):
        if _is_same_phone(seen, one, other) or _is_same_thing(seen, one, other):
            lower, higher = sorted((first[one.tip_id], first[other.tip_id]))
            first = {tip_id: lower if to == higher else to for tip_id, to in first.items()}
    return first


def _is_same_phone(seen: Seen, one: InventedTip, other: InventedTip) -> bool:
    """A phone is another one in each week."""
    phones = {seen.phone_of(tip.tip_id) for tip in (one, other)}
    weeks = {tip.filed_at.isocalendar()[:2] for tip in (one, other)}
    return len(phones) == 1 and phones != {ANY} and len(weeks) == 1


def _is_same_thing(seen: Seen, one: InventedTip, other: InventedTip) -> bool:
    if one.place != other.place or not one.place.isdecimal() or one.kind != other.kind:
        return False
    if not one.kind or other.filed_at - one.filed_at > DAY:
        return False
    return len({_sector(seen, tip.tip_id) for tip in (one, other)} - {ANY}) < 2


def _sector(seen: Seen, tip_id: int) -> str:
    """Which of the district's sectors was keyed."""
    if tip_id not in seen.calls:
        return ANY
    answers = way(seen.calls[tip_id]).answers()
    return next((keyed for screen, keyed, _ in answers if screen == SECTOR), ANY)
