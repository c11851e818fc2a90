"""A month of a busy line, as rows: sessions counted, tips told of and answered, persons met. For a bench of figures."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import product
from random import Random

from hotline.domain.cases.entries import EntryKind, EntryWay
from hotline.domain.cases.people_codes import PersonCodes
from hotline.domain.places.places import districts
from hotline.domain.reach.screens import WEEK_BEGINS, ScreenCounter
from hotline.lab.bench import burst
from hotline.ports import Kit, RelayKit
from hotline.services.cases import entries, sealed_codes
from hotline.services.cases.entries import EntryBy
from hotline.services.evidence import coverage
from hotline.services.reach.outreach import day_of
from hotline.services.referrals import referral
from hotline.store.cases import case_people
from hotline.store.cases.case_log import CaseLogRow
from hotline.store.database import Session
from hotline.store.reach import outreach, screen_counts
from hotline.store.reach.outreach import Cell
from hotline.store.tips.tips import Tip
from hotline.text.languages import CODES

ENTRIES = ("", "11", "12", "13", "14", "15")
TOPICS = ("work_abroad", "work_in_homes", "children", "the_law", "what_it_is", "signs_job")
ACTS = (
    (EntryKind.DELIVERED, 1),
    (EntryKind.TAKEN, 6),
    (EntryKind.ON_SITE, 90),
    (EntryKind.CLOSED, 900),
)
"""What happens to each tip, and after how many minutes at least."""
SAID = (
    (EntryKind.SCREENED, {"minor": "no", "act": "yes", "force": "yes", "purpose": "yes"}),
    (EntryKind.CONSENT, {"consent": "yes"}),
    (EntryKind.OFFERED, {"service": "shelter"}),
    (EntryKind.ANSWERED, {"answer": "accepted"}),
    (EntryKind.ARRIVED, {"arrived": "yes"}),
)
FORMS, WHO = ("labour", "sex", "servitude", "marriage", "child_work"), ("woman", "man", "girl")
DAYS = 28
SCREENS = tuple(f"flow_{place // 20}/screen_{place}" for place in range(400))
LIVE = {"screen": SCREENS, "question": SCREENS}
"""As many screens as the shipped flows show to callers."""


def count_sessions(kit: Kit, many: int, begins: datetime, dice: Random) -> None:
    """Each leaves what a session leaves: itself, a topic, and what became of it by day, language and entry."""
    cells: Counter[Cell] = Counter()
    for _ in range(many):
        day = day_of(begins + timedelta(days=dice.randrange(DAYS), hours=3))
        language, entry = dice.choice(CODES), dice.choice(ENTRIES)
        cells[Cell(day, "session", language, "ussd", entry, "", "")] += 1
        cells[Cell(day, "topic", language, "ussd", entry, "", dice.choice(TOPICS))] += 1
    with kit.database.writing() as session:
        for cell, number in cells.items():
            outreach.count(session, cell, number)


def count_screens(kit: Kit, many: int, begins: datetime, dice: Random) -> None:
    """Each screen is shown to a part of the sessions, of three languages and two revisions, and most answer it."""
    counts: Counter[tuple[date, ScreenCounter]] = Counter()
    for place, screen in enumerate(SCREENS):
        for at in product(WEEK_BEGINS, CODES, (1, 2)):
            week, language, revision = day_of(begins + timedelta(days=at[0] - 1, hours=3)), *at[1:]
            shown = many * dice.randint(50, 150) // (2400 * (1 + place))
            stopped = shown * dice.randint(3, 30) // 100
            for measure, number in (("screen_shown", shown), ("screen_answered", shown - stopped)):
                counts[week, ScreenCounter(measure, screen, language, revision)] += number
    with kit.database.writing() as session:
        screen_counts.add(session, counts)


def tell_tips(kit: RelayKit, many: int, dice: Random) -> None:
    """All are filed at the kit's moment, referred by the line's own service, and answered at random."""
    at = kit.now()
    burst.file_tips(kit.database, many, at)
    referral.refer_waiting(kit)
    codes = [area.code for area in districts()]
    with kit.database.writing() as session:
        for n in range(many):
            cell = Cell(day_of(at), "tip", "rw", "ussd", "", codes[n % len(codes)], "")
            outreach.count(session, cell)
        session.add_all(_acts(many, at, dice))


def _acts(many: int, at: datetime, dice: Random) -> Iterator[CaseLogRow]:
    for tip_id in range(1, many + 1):
        for kind, least in ACTS:
            if kind is EntryKind.ON_SITE and dice.random() < 0.4:
                continue
            moment = at + timedelta(minutes=least * (1 + dice.random()))
            yield CaseLogRow(
                tip_id=tip_id,
                kind=kind.value,
                at=moment,
                way=EntryWay.USSD,
                codes={},
                key=f"{kind}:bench:{tip_id}",
            )


def meet_persons(kit: Kit, many: int, dice: Random) -> None:
    """One in each of so many tips, whose codes are sealed as anybody's."""
    by = EntryBy("account:1:A bench", EntryWay.CONSOLE)
    for tip_id in range(1, many + 1):
        with kit.database.writing() as session:
            _say(session, kit, session.get_one(Tip, tip_id), by, dice)


def _say(session: Session, kit: Kit, tip: Tip, by: EntryBy, dice: Random) -> None:
    at, offer = kit.now(), None
    case_people.meet(session, tip.id, 1, at)
    for kind, said in SAID:
        seen = {"sex": dice.choice(WHO), "form": dice.choice(FORMS)}
        codes = {**said, **(seen if kind is EntryKind.SCREENED else {})}
        of = offer if kind in (EntryKind.ANSWERED, EntryKind.ARRIVED) else None
        entry = entries.done_by(session, tip.id, kind, by, at, key=f"bench:{tip.id}")
        assert entry is not None
        offer = entry if kind is EntryKind.OFFERED else offer
        written = PersonCodes(1, codes, of).checked(kind).to_bytes()
        sealed_codes.keep(session, kit, tip, entry, written, at)


def watch_districts(kit: Kit, begins: datetime) -> None:
    coverage.sample_hours(kit, [begins + timedelta(hours=n) for n in range(24 * DAYS)])
