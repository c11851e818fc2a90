"""R7: tips in like words are linked inside one desk, when a key of it opens one; what is kept of words is sealed."""

import random
from collections.abc import Callable
from datetime import timedelta
from hashlib import blake2b, md5, sha1, sha256
from itertools import count
from zlib import crc32

import pytest
from sqlalchemy import delete, select

from hotline.domain.referrals.referral import Level
from hotline.domain.tip import NATIONAL
from hotline.domain.tips.like_words import TERM, pieces
from hotline.sealing.keys.sketches import SketchKeys
from hotline.services.desk import like_words
from hotline.services.referrals import referral
from hotline.services.tips import keeping_from, linking
from hotline.services.tips.keeping_from import KeptFrom
from hotline.store.cases.case_log import CaseLogRow
from hotline.store.outbox.messages import Referral
from hotline.store.referrals import retention
from hotline.store.schema import METADATA
from hotline.store.tips import sketches
from hotline.store.tips.exclusions import ExclusionReason
from hotline.store.tips.links import TipLink
from hotline.store.tips.sketches import TipSketch
from hotline.store.tips.tips import Grant, Tip
from hotline.store.tips.visible import THE_LINE, of_desk
from tests.builders import make_tip
from tests.callers import DANGER_HERE, DESK_KEY, Caller, Line, line, told
from tests.domain.test_like_words import ANOTHER, SAME
from tests.reading import PHONE, PIN, ReaderBeside, reader_beside, with_pin

__all__ = ["line"]

HERE = "12"
ONE, OTHER = SAME[0].one, SAME[0].other
"""One matter in two spellings."""
SIGNED = {"by": "Alice", "reason": "the caller names him"}


@pytest.fixture
def beside(line: Line) -> ReaderBeside:
    return reader_beside(line)


def tell(line: Line, words: str) -> Tip:
    """A danger in one district, with words that were typed. What links it otherwise is taken away."""
    line.clock.turn(minutes=1)
    told(line, *DANGER_HERE)
    tip = line.tips[-1]
    desks = {code: bytes(DESK_KEY.public_key) for code in line.desks_of(tip)}
    answers = {**line.read(tip), "landmark": words}
    sealed = line.kit.sealer.tip(answers, uid=tip.uid, place=tip.place, desks=desks)
    with line.database.writing() as session:
        session.get_one(Tip, tip.id).body = sealed.body
        for grant in session.scalars(select(Grant).where(Grant.tip_id == tip.id)):
            grant.sealed_key = sealed.grants[grant.desk_code]
    unlink_others(line)
    return line.tips[-1]


def unlink_others(line: Line) -> None:
    with line.database.writing() as session:
        session.execute(delete(TipLink).where(TipLink.why != "words"))


def linked(line: Line) -> set[tuple[int, int, str]]:
    return {(row.a, row.b, row.why) for row in line.all(TipLink) if row.undone_at is None}


def whole_page(phone: Caller, case: str) -> str:
    """A page of one of her cases, from a dial on."""
    phone.dial("90")
    listed = phone.key(PIN, "1")
    phone.key(next(row[0] for row in listed.split("\n") if case in row.split()[:2]))
    shown = page = phone.key("1")
    while "9 More" in shown:
        shown = phone.key("9")
        page += shown
    return page.replace("\n", " ")


@pytest.mark.row("R7")
def test_r7_the_page_that_is_opened_says_which_case_is_like_it_by_its_words(
    beside: ReaderBeside,
) -> None:
    line = beside.line
    one, another, like = (tell(line, words) for words in (ONE, ANOTHER[0].other, OTHER))
    person_id = with_pin(beside, desks=(HERE,))
    referral.refer_waiting(line.kit)
    unlink_others(line)
    line.clock.turn(minutes=1)
    names = {
        row.tip_id: row.reference for row in line.all(Referral) if row.responder_id == person_id
    }
    phones = (line.caller(PHONE) for _ in count())
    assert "Like " not in whole_page(next(phones), names[one.id])
    assert "Like " not in whole_page(next(phones), names[another.id])
    assert f"Like {names[one.id]}." in whole_page(next(phones), names[like.id])
    assert linked(line) == {(one.id, like.id, "words")}
    assert f"Like {names[like.id]}." in whole_page(next(phones), names[one.id])
    entries = [row for row in line.all(CaseLogRow) if row.kind == "linked"]
    assert [(row.tip_id, row.codes) for row in entries][-1] == (like.id, {"why": "words"})

    signed = {"actor": "cli:Alice", "reason": "two houses"}
    linking.unlink(line.kit, one.id, like.id, viewer=THE_LINE, **signed)
    assert "Like " not in whole_page(next(phones), names[like.id])
    assert linked(line) == set()


def filed(line: Line) -> Tip:
    """A tip that was sealed to a district and to the nation."""
    tip = make_tip(uid=f"{next(line.numbers):032}", at=line.clock.at)
    with line.database.writing() as session:
        session.add(tip)
        session.flush()
        for code in (HERE, NATIONAL):
            session.add(Grant(tip_id=tip.id, desk_code=code, sealed_key=b"a grant"))
        session.flush()
        session.refresh(tip)
        session.expunge(tip)
    return tip


def opens(
    line: Line, tip: Tip, words: str, *, desk: str = HERE, key: bytes = bytes(DESK_KEY)
) -> None:
    """A member of a desk has opened it: its first person."""
    with line.database.writing() as session:
        here = session.get_one(Tip, tip.id)
        like_words.compare(
            session,
            line.kit,
            here,
            {"landmark": words},
            keys=SketchKeys.of_desk(desk, key),
            responder_id=1,
            at=line.clock.at,
        )


def change(line: Line, tip: Tip, **fields: object) -> None:
    with line.database.writing() as session:
        here = session.get_one(Tip, tip.id)
        for name, value in fields.items():
            setattr(here, name, value)


def kept_from(line: Line, tip: Tip, whom: KeptFrom) -> None:
    keeping_from.keep_from(line.kit, tip.id, whom, ExclusionReason.NAMED, **SIGNED)


def erased(line: Line, tip: Tip) -> None:
    with line.database.writing() as session:
        retention.redact(session, [tip.id], line.clock.at)
    assert tip.id not in {row.tip_id for row in line.all(TipSketch)}


def forgotten(line: Line, tip: Tip) -> None:
    line.clock.turn(minutes=TERM / timedelta(minutes=1) + 2)
    at = line.clock.at
    with line.database.writing() as session:
        assert sketches.newest(session, HERE, of_desk(HERE), since=at - TERM, limit=9) == []
        assert sketches.forget(session, at, 99) == len(line.all(TipSketch))
    assert line.all(TipSketch) == []


def let_go(line: Line, tip: Tip) -> None:
    with line.database.writing() as session:
        sketches.forget_desk(session, HERE)


HAPPENS: dict[str, Callable[[Line, Tip], None]] = {
    "she is kept from it": lambda line, tip: kept_from(line, tip, KeptFrom(person="1")),
    "her desk is kept from it": lambda line, tip: kept_from(line, tip, KeptFrom(desk=HERE)),
    "an official is named in it": lambda line, tip: change(line, tip, official="unsure"),
    "it is closed": lambda line, tip: change(line, tip, closed_at=line.clock.at),
    "it is of the line's own trial": lambda line, tip: change(line, tip, channel="trial"),
    "its words are erased": erased,
    "a week is over": forgotten,
    "the desk has another key": let_go,
}


@pytest.mark.row("R7")
def test_r7_what_a_desk_may_not_compare_is_never_linked(line: Line) -> None:
    """Whatever happens to the first of two tips before the second is opened; each pair in words of its own."""
    line.enrol(Level.RESPONDER, "+250788000001")
    chance = random.Random(7)

    def pair() -> tuple[Tip, Tip, str]:
        said = ("".join(chance.choices("abegikmnru", k=7)) for _ in range(12))
        return filed(line), filed(line), " ".join(said)

    for happens in HAPPENS.values():
        first, second, said = pair()
        opens(line, first, said)
        happens(line, first)
        opens(line, second, said)
    first, second, said = pair()
    opens(line, first, said)
    opens(line, second, said, key=bytes(32))
    opens(line, second, said, desk=NATIONAL)
    assert linked(line) == set(), "what one key has opened says nothing to another"

    opens(line, first, said, desk=NATIONAL)
    opens(line, first, said, desk=NATIONAL)
    alike = {(first.id, second.id, "words")}
    assert linked(line) == alike

    first, second, said = pair()
    for tip in (first, second):
        change(line, tip, official="yes")
        opens(line, tip, said)
    assert linked(line) == alike
    for tip in (first, second):
        opens(line, tip, said, desk=NATIONAL)
    assert linked(line) == alike | {(first.id, second.id, "words")}
    assert {row.desk_code for row in line.all(TipSketch) if row.tip_id == first.id} == {NATIONAL}


DIGESTS: tuple[Callable[[bytes], bytes], ...] = (
    lambda piece: piece,
    lambda piece: blake2b(piece, digest_size=4).digest(),
    lambda piece: blake2b(piece).digest()[:4],
    lambda piece: sha256(piece).digest()[:4],
    lambda piece: sha1(piece, usedforsecurity=False).digest()[:4],
    lambda piece: md5(piece, usedforsecurity=False).digest()[:4],
    lambda piece: crc32(piece).to_bytes(4),
)


def values(line: Line) -> set[bytes]:
    """Each value of each column of each row."""
    with line.database.reading() as session:
        return {
            value if isinstance(value, bytes) else str(value).encode()
            for table in METADATA.sorted_tables
            for row in session.execute(select(table))
            for value in row
        }


@pytest.mark.row("R7")
def test_no_column_has_her_words_their_pieces_or_a_digest_of_these_without_a_key(
    line: Line,
) -> None:
    """By chance one of a hundred pieces lies in a sealed value: a tenth of them lies there by no chance."""
    before = values(line)
    tip = tell(line, ONE)
    opens(line, tip, ONE)
    opens(line, tip, ONE, desk=NATIONAL)
    (mine, theirs) = line.all(TipSketch)
    assert len(mine.body) == len(theirs.body)

    cut = [piece.encode() for one in pieces({"words": ONE}) for piece in (one, one.lower())]
    for value in values(line) - before:
        assert [word for word in ONE.encode().split() if len(word) > 4 and word in value] == []
        for digest in DIGESTS:
            found = [piece for piece in cut if digest(piece) in value]
            assert len(found) < len(cut) / 10
    one, other = (SketchKeys.of_desk(desk, bytes(DESK_KEY)) for desk in (HERE, NATIONAL))
    assert not one.sketch(pieces({"words": ONE})) & other.sketch(pieces({"words": ONE}))
