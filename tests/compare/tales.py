"""Contains the tales. A tale is a kind of story, from which the comparison makes many stories. A tale makes its choices
with the story's own random numbers, so the same seed always gives the same story.

After each action, a tale yields the minutes until its next action. A tale acts only through the hooks and by SMS.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tests.compare.gateway import FAULTS
from tests.compare.hand import Hand
from tests.compare.people import ENTRY, Responder, joining_code
from tests.compare.transcript import REFERENCE
from tests.compare.world import Story

OWN_NAMES = {"rw": "Kinyarwanda", "en": "English", "fr": "Francais"}
PROVINCES = {
    1: ("Kigali",),
    2: ("South", "Sud", "Amajyepfo"),
    3: ("West", "Ouest", "Iburengerazuba"),
    4: ("North", "Nord", "Amajyaruguru"),
    5: ("East", "Est", "Iburasirazuba"),
}
AFTER_PLACE = tuple(
    f"report.{name}"
    for name in ("kind", "who", "visit", "saved", "number", "pin", "landmark", "call")
)
"""The screens of a report that come after the question for the place."""
RECEIPT = re.compile(r"\b(\d{3}) (\d{3}) (\d{3})\b")
DAY = 24 * 60
DIGITS = "012345678"
"""Every digit with which a responder may answer by SMS."""
CRIES = (
    ("rw", "Mfasha barankubise bikomeye"),
    ("rw", "mutabare bamfungiranye mu nzu Gasabo"),
    ("fr", "aidez moi je suis enferme"),
    ("en", "help me they beat me and took my passport"),
    ("en", "my cousin is forced to work in Huye"),
    ("rw", "umwana bamukoresha uburaya i Musanze"),
)
TOPICS = (
    "AKAZI",
    "ABANA",
    "ibimenyetso",
    "TRAVAIL",
    "QUIZ",
    "rights",
    "English",
    "URUGO",
    "droits",
)
STRAY = ("ok", "1", "7", "???", "murakoze", "who is this", "2 3", "STOP", "effacez")
ANSWERS = (
    "{digit} {ref}",
    "{ref} {digit}",
    "{digit}-{ref}",
    "{digit}",
    "yego {ref}",
    "{lower} {digit}",
    "I am going {ref}",
    "oya {ref}",
    "{digit} {ref} murakoze",
    "nahageze {ref}",
    "{digit} ZZ9Z",
)
"""Examples of SMS from responders, with and without errors."""


def reads(story: Story) -> Iterator[int]:
    """Simulates a caller who looks for several topics. The caller hangs up at some topics, dials again, and ends the
    last call with 000.
    """
    caller = story.caller()
    for target in story.targets:
        _reach(story, caller, target)
        _leaves(story, caller)
        yield story.random.choice((1, 2, 5))


def learns(story: Story) -> Iterator[int]:
    """Simulates a leader or a trainee who joins with a code and reads the programme's screens."""
    learner = story.caller()
    line = story.world.line
    codes = {
        "leader_code": joining_code(line, "leaders"),
        "officer_code": joining_code(line, "training"),
    }
    # The screens before joining a programme come first, because a phone can join only once, and can leave only after it
    # has joined.
    for target in sorted(story.targets, key=_when_joined):
        wrong = target.endswith((".wrong", ".again"))
        learner.typed = dict.fromkeys(codes, "87654321") if wrong else dict(codes)
        learner.typed["gathering_came"] = "987654" if wrong else "41"
        if target.endswith(".again"):
            learner.typed |= codes
        _reach(story, learner, target, tries=1 if wrong else 3)
        _leaves(story, learner)
        yield story.random.choice((1, 2))


def _when_joined(target: str) -> int:
    name = target.partition(".")[2]
    return -1 if name in ("door", "code", "wrong", "welcome") else int(name in ("leaving", "left"))


def speaks(story: Story) -> Iterator[int]:
    """Simulates a leader who reads the talking point of the month. The hotline has several talking points and offers
    the one of this month."""
    learner = story.caller()
    learner.typed = {"leader_code": joining_code(story.world.line, "leaders")}
    for target in story.targets:
        _reach(story, learner, target, tries=1)
        learner.hang_up()
        yield 1


def certified(story: Story) -> Iterator[int]:
    """Simulates a trainee who answers every case of every lesson correctly and gets a certificate."""
    officer = story.caller()
    officer.typed = {"officer_code": joining_code(story.world.line, "training")}
    officer.prefer = ("right",)
    lessons = sorted(
        {name.partition(".")[0] for name in officer.map.nodes if name.startswith("train_")}
    )
    for lesson in lessons:
        _reach(story, officer, f"{lesson}.why_3")
        officer.answer()
        if lesson != lessons[-1]:
            officer.hang_up()
            yield 1
    officer.walk("training.certificate", most=6)
    officer.hang_up()
    yield 2
    for target in story.targets:
        _reach(story, officer, target)
        officer.hang_up()
        yield 1


def tells(story: Story) -> Iterator[int]:
    """Simulates a caller who reports a tip. The district's responders answer by SMS, by dialling, or not at all."""
    caller = story.caller()
    if story.random.random() < 0.3:
        who = story.random.choice(story.district.responders)
        story.fault(who.msisdn, story.random.choice(FAULTS))
    told = story.targets[0] if story.targets else "report.saved"
    with _nothing_leaves(story, told):
        reports(story, caller, told, danger=True if told.endswith("unsent") else None)
    if story.random.random() < 0.3:
        caller.hang_up(told=story.random.random() < 0.5)
    for _ in range(story.random.randint(2, 5)):
        yield story.random.choice((1, 2, 3, 4, 6, 15))
        _a_responder_answers(story)
    _leaves(story, caller)
    yield story.random.choice((30, 60))
    _a_responder_answers(story)
    for target in story.targets[1:]:
        yield story.random.choice((1, 5))
        again = story.caller()
        with _nothing_leaves(story, target):
            reports(story, again, target, danger=True if target.endswith("unsent") else None)
        _leaves(story, again)


def asks_after(story: Story) -> Iterator[int]:
    """Simulates a caller who takes a receipt, asks about the tip, and asks the hotline to erase the tip."""
    caller = story.caller()
    closed = any(target.endswith("closed") for target in story.targets)
    number = _with_receipt(story, caller, here=closed, danger=False if closed else None)
    yield 3
    if closed:
        who = story.district.responders[0]
        for digit in "124":
            _texts(story, who, digit)
            yield 1
    for target in story.targets:
        for _ in range(3):
            if _reach(story, caller, target, tries=1):
                break
            caller.hang_up()
            _a_responder_answers(story)
            yield story.random.choice((5, 20))
        caller.typed["receipt"] = "430021655" if target.endswith("nothing") else number
        _leaves(story, caller)
        yield 1


def hears_of_help(story: Story) -> Iterator[int]:
    """Simulates a service that agrees to help a person. After that, the caller asks about the tip."""
    caller = story.caller()
    number = _with_receipt(story, caller, here=True)
    yield 2
    who = story.district.responders[0]
    hand = _behind_pin(story, who)
    yield from _sets_up(story, hand, who, (TAKEN, Setup("offering.done", ACCEPTED)), answers=True)
    for target in story.targets:
        caller.typed["receipt"] = number
        _reach(story, caller, target)
        _leaves(story, caller)
        yield 5


def asked_back(story: Story) -> Iterator[int]:
    """Simulates a responder who asks the holder of the receipt one question, after entering the PIN. The caller
    answers the question."""
    caller = story.caller()
    _with_receipt(story, caller, here=True)
    yield 2
    who = story.district.responders[0]
    hand = _behind_pin(story, who)
    hand.places = (_newest(story, who),)
    _attempt(story, hand, "responders.yours", tries=3)
    for target in story.targets:
        yield 4
        if not target.startswith("questions."):
            _attempt(story, hand, target, tries=3)
            continue
        words = caller.map.nodes[target].parts["text"].values()
        hand.places = (*(str(said).rstrip("?") for said in words), _newest(story, who))
        hand.dial(ENTRY)
        hand.walk("responders.questions")
        hand.walk("responders.asked")
        hand.hang_up()
        yield 5
        _reach(story, caller, target)
        caller.answer()
        caller.hang_up()
    yield 30
    _a_responder_answers(story)


def works(story: Story) -> Iterator[int]:
    """Simulates a responder who reads a case after entering the PIN and works on it for more than a month."""
    caller = story.caller()
    left = list(story.targets)
    setups = list(dict.fromkeys(one for target in left for one in _setups(target)))
    in_danger = bool(setups) or story.random.random() < 0.8
    reports(story, caller, "report.saved", danger=in_danger, here=True, openly=bool(setups))
    caller.hang_up()
    yield 1 if in_danger else 4
    who = story.district.responders[0]
    hand = _behind_pin(story, who)
    yield from _sets_up(story, hand, who, setups, answers=True)
    passed = 0
    for wait in (3, 12, DAY - 15, 3 * DAY + 9, 30 * DAY, 20, 1):
        for target in left[:]:
            hand.places, hand.prefer = (_newest(story, who),), PREFERRED.get(target, ())
            is_time = passed > 30 * DAY or not target.endswith(AFTER_THIRTY_DAYS)
            if is_time and _attempt(story, hand, target):
                left.remove(target)
        if story.random.random() < 0.2:
            _a_responder_answers(story)
        if not left and story.random.random() < 0.7:
            return
        yield wait
        passed += wait


def meanwhile(story: Story) -> Iterator[int]:
    """Simulates a responder who has entered the PIN and looks at a screen while the case changes. The call then
    continues."""
    for target in story.targets:
        caller = story.caller()
        what = MEANWHILE[target]
        reports(story, caller, "report.saved", danger=what.danger, here=True, openly=True)
        yield 1 if what.danger else 4
        who = story.district.responders[0]
        hand = _behind_pin(story, who)
        yield from _sets_up(story, hand, who, what.setups)
        hand.places, hand.prefer = (_newest(story, who),), what.stands.prefer
        for _ in range(2):
            # After a day, the hotline may have asked others to take the case. Then the responder must take the case
            # again in a first call, and reaches the screen `what.stands` only in a second call.
            hand.dial(ENTRY)
            if hand.walk(what.stands.screen):
                break
        if what.moves:
            _corrects(story, caller)
        if what.writes:
            _texts(story, who, what.writes)
            yield 1
        if what.other:
            # This second call begins before the hotline knows that the first call has ended.
            second = _behind_pin(story, who)
            second.places = hand.places
            second.dial(ENTRY)
            for step in what.other:
                second.prefer = step.prefer
                second.walk(step.screen)
            second.hang_up()
        for step in (*what.then, Setup(target, what.answers)):
            hand.prefer = step.prefer
            hand.walk(step.screen)
        hand.hang_up()
        caller.hang_up()
        yield 5


def colleague_first(story: Story) -> Iterator[int]:
    """Simulates a case that no one may visit openly, and that a responder takes by SMS. In one variant, a second
    responder then dials and helps too. In the other variant, the first responder dials and completes a service referral
    that was reported by SMS.
    """
    caller = story.caller()
    reports(story, caller, "report.visit", danger=True, here=True)
    caller.prefer = ("no",)
    caller.answer()
    caller.hang_up()
    yield 1
    who, colleague = story.district.responders[:2]
    first = who if any(target.endswith("owes") for target in story.targets) else colleague
    digits = "123" if first is who else "1"
    for digit in digits:
        _texts(story, first, digit)
        yield 1
    hand = _behind_pin(story, who)
    for target in story.targets:
        hand.places, hand.prefer = (_newest(story, who),), ("1", "also")
        if target.endswith("helps_too"):
            hand.prefer = ("read",)
            _attempt(story, hand, "responders.read", tries=2)
            hand.prefer = ("1", "also")
        _attempt(story, hand, target, tries=3)
        yield 2


def judged_later(story: Story) -> Iterator[int]:
    """Simulates a request to close a case. The national desk reads the case and then confirms the closure."""
    yield from _danger_is_reported(story, openly=True)
    who, judge = story.district.responders[0], story.prepared.nationals[0]
    hand = _behind_pin(story, who)
    in_console = any(target.endswith("console") for target in story.targets)
    met = Setup("screening.possible", VICTIM) if in_console else Setup("offering.done", ACCEPTED)
    yield from _sets_up(story, hand, who, (TAKEN, met))
    hand.places, hand.prefer = (_newest(story, who),), ()
    hand.dial(ENTRY)
    hand.walk("responders.close_what" if in_console else "responders.close")
    hand.prefer = ("close_helped", "close_nothing")
    hand.walk("responders.judged")
    hand.hang_up()
    yield 1
    second = _behind_pin(story, judge)
    second.places = (_newest(story, judge),)
    for target in story.targets:
        _reads_closing(second)
        _attempt(story, second, target if in_console else "responders.closed", tries=2)
        yield 1
        if not in_console:
            hand.places, hand.prefer = (_newest(story, who),), ()
            _attempt(story, hand, target, tries=3)
        yield 1


def _reads_closing(hand: Hand) -> None:
    """Reads the case whose closure is requested, because a person may confirm a closure only after reading the case."""
    hand.dial(ENTRY)
    hand.walk("responders.closing")
    hand.prefer = ("read",)
    hand.walk("responders.read")
    hand.hang_up()
    hand.prefer = ()


@dataclass(frozen=True, slots=True)
class Setup:
    """A screen that a responder must reach first, so that a later screen can appear."""

    screen: str
    prefer: tuple[str, ...] = ()
    turn: int = 1
    wait: int = 1
    """The minutes for which the story waits after this screen."""


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A screen at which a responder waits, and the changes of the case before the responder continues the call."""

    stands: Setup
    setups: tuple[Setup, ...] = ()
    danger: bool = False
    writes: str = ""
    """The digit in the SMS that the responder writes about the case."""
    moves: bool = False
    """If True, the change is that the caller names another district."""
    answers: tuple[str, ...] = ()
    """The choices that the responder makes after the change."""
    then: tuple[Setup, ...] = ()
    """The screens that the responder must reach after the change."""
    other: tuple[Setup, ...] = ()
    """The screens that the same responder reaches in a second call, while the first call is still open."""


TAKEN = Setup("responders.yours")
ACCEPTED = ("accepted", "yes", "assent_yes", "new")
REFUSED = ("no", "new")
VICTIM = ("new", "yes", "labour")
OPENLY = ("yes", "me_adult")
"""The answers of a caller who is an adult victim (`me_adult`), and says that responders may come (`yes`)."""
PREFERRED = {
    "following.there": ("yes",),
    "following.not_there": ("no",),
    "following.not_known": ("unknown",),
    "following.reopened": ("danger",),
    "offering.no_again": ("no",),
    "offering.respected_again": ("no", "anyone"),
}
"""For each target screen, the answers that lead a caller to this screen."""
ASKED_LATER = Setup("offering.tomorrow", ("cannot_say", "new", "no"), wait=DAY + 7)
AFTER_THIRTY_DAYS = ("thirty", "thirty_person", "reopened")
"""Names of screens that ask about a person after thirty days end with this text."""
SAYS_NO = (Setup("offering.why"), Setup("offering.declined", ("person_refused",)))
"""The steps of a story: a responder asks a service to help a person, and the person then declines."""
MEANWHILE = {
    "keeping.over": Meanwhile(Setup("screening.free"), (TAKEN,), writes="4"),
    "responders.over": Meanwhile(Setup("responders.hers"), (TAKEN,), writes="4", answers=("2",)),
    "responders.moved": Meanwhile(
        Setup("responders.not_hers"), danger=True, moves=True, answers=("1",)
    ),
    "keeping.stopped": Meanwhile(
        Setup("following.arrived"),
        (TAKEN, Setup("offering.done", ACCEPTED)),
        danger=True,
        other=(Setup("following.there", ("yes",)),),
    ),
    "keeping.no_stands": Meanwhile(
        Setup("offering.to", ("yes",)), (TAKEN, ASKED_LATER), danger=True, other=SAYS_NO
    ),
    "offering.declined": Meanwhile(
        Setup("offering.consent", ("new", "no")),
        (TAKEN,),
        danger=True,
        then=(Setup("offering.to", ("yes", "woman")), SAYS_NO[0]),
        answers=SAYS_NO[1].prefer,
    ),
}
"""For some screens, a change of a case. Such a screen appears only if the case changes in this way while a responder
looks at an earlier screen.
"""


def _setups(target: str) -> tuple[Setup, ...]:
    flow, _, name = target.partition(".")
    if name in ("asks_again", "no_again", "respected_again"):
        return (TAKEN, Setup("offering.again", REFUSED))
    if flow == "following":
        turns = range(2 if name.endswith("_person") else 1)
        arrive = turns if name in AFTER_THIRTY_DAYS else ()
        return (
            TAKEN,
            *(Setup("offering.done", ACCEPTED, turn) for turn in turns),
            *(Setup("following.there", ("yes",), turn) for turn in arrive),
        )
    behind = ("screening", "offering", "helping", "keeping")
    hers = ("hers", "more", "note", "note_words", "noted", "pass", "close", "close_what")
    return (TAKEN,) if flow in behind or name in hers else ()


def dials(story: Story) -> Iterator[int]:
    """Simulates a responder without a PIN who takes and closes cases by dialling. The responder types any six digits as
    the PIN."""
    caller = story.caller()
    who = story.district.responders[-1]
    hand = _behind_pin(story, who)
    left = list(story.targets)
    reports(story, caller, "report.saved", danger=True, here=True)
    for wait in (1, 3, 12, 65):
        yield wait
        for target in left[:]:
            hand.places = (_newest(story, who),)
            hand.typed["case_letters"] = "ZZ" if target.endswith("wrong") else _newest(story, who)
            if _attempt(story, hand, target):
                left.remove(target)
    caller.hang_up()


def joins(story: Story) -> Iterator[int]:
    """Simulates an invited person who dials, types the start PIN from the paper, and chooses a PIN."""
    who = story.district.responders[0]
    hand = story.hand(who.msisdn, who.role)
    for target in story.targets:
        _proves(hand, who, target)
        if target.endswith("_waits"):
            hand.dial(ENTRY)
            hand.walk("responders.paper" if target.endswith("paper_waits") else "responders.again")
            with _no_reader(story, hand):
                hand.walk(target, most=2)
                hand.hang_up()
        else:
            _attempt(story, hand, target)
        yield 1


def moves(story: Story) -> Iterator[int]:
    """Simulates a responder who confirms a new number."""
    who = story.district.responders[1]
    hand = story.hand(who.new_number, who.role)
    for target in story.targets:
        _proves(hand, who, target)
        if target.endswith("no_proof"):
            # This second call confirms the number while the first call waits for the start PIN.
            hand.dial(ENTRY)
            hand.walk("responders.paper")
            second = story.hand(who.new_number, who.role)
            _proves(second, who, target)
            _attempt(story, second, "responders.number_joins")
            hand.walk(target)
            hand.hang_up()
        else:
            _attempt(story, hand, target)
        yield 1


def _proves(hand: Hand, who: Responder, target: str) -> None:
    hand.typed = {
        "work_pin": who.code,
        "start_pin": "12345678" if target.endswith("wrong") else who.paper,
        "new_pin": "123456" if target.endswith("refused") else "913064",
        "new_again": "913064",
    }


def forgets(story: Story) -> Iterator[int]:
    """Simulates a responder who types wrong PINs until the hotline asks the phone to wait, and changes the PIN
    later."""
    hand = _behind_pin(story, story.district.responders[0])
    for target in story.targets:
        own = hand.typed["work_pin"]
        if target.endswith((".pin_wrong", ".pin_rests")):
            hand.typed["work_pin"] = "480915"
        hand.typed["new_pin"] = "123456" if target.endswith(".refused") else "906173"
        hand.typed["new_again"] = hand.typed["new_pin"]
        reached = _attempt(story, hand, target)
        hand.typed["work_pin"] = own
        if reached and target.endswith(".changed"):
            hand.typed["work_pin"] = "906173"
        yield 66


def warns(story: Story) -> Iterator[int]:
    """Simulates wrong PINs on a responder's phone, until the hotline asks the phone to wait. The national desk reads
    the warning about these PINs by dialling."""
    hand = _behind_pin(story, story.district.responders[0])
    hand.typed["work_pin"] = "480915"
    _attempt(story, hand, "responders.pin_rests")
    yield 2
    hand = _behind_pin(story, story.prepared.nationals[0])
    for target in sorted(story.targets):
        hand.dial(ENTRY)
        hand.walk(target)
        hand.hang_up()
        yield 1


def locked_out(story: Story) -> Iterator[int]:
    """Simulates a responder who has a PIN but no access to any desk, and so can read no case."""
    yield from _danger_is_reported(story, openly=True)
    hand = _behind_pin(story, story.district.responders[0])
    for target in story.targets:
        for _ in range(2):
            hand.places = (_newest(story, story.district.responders[0]),)
            if _attempt(story, hand, target):
                break
            yield 1
    yield 4


def waits(story: Story) -> Iterator[int]:
    """Simulates a paused reader process. The hotline asks the responder to wait, and the responder acts without reading
    the case."""
    yield from _danger_is_reported(story)
    who = story.district.responders[0]
    hand = _behind_pin(story, who)
    for target in story.targets:
        hand.places = (_newest(story, who),)
        before = _before_waiting(target)
        if target == "responders.taken":
            _attempt(story, hand, "responders.read")
        if before not in ("", "responders.not_hers"):
            _attempt(story, hand, "responders.yours")
        hand.dial(ENTRY)
        hand.walk(before or "responders.pin")
        with _no_reader(story, hand):
            hand.walk(target, most=9)
            hand.hang_up()
        yield 2


def writes(story: Story) -> Iterator[int]:
    """Simulates strangers who send SMS: names of topics, answers, cries for help, nonsense, and STOP."""
    caller = story.caller()
    for _ in range(story.random.randint(3, 6)):
        kind = story.random.randrange(3)
        words = story.random.choice((TOPICS, STRAY, [cry for _, cry in CRIES])[kind])
        caller.text(words, told=story.random.random() < 0.9, twice=story.random.random() < 0.1)
        yield story.random.choice((1, 2, 4))
        caller.text(story.random.choice("12390"))
        yield 1
        if story.random.random() < 0.3:
            caller = story.caller()
    if story.random.random() < 0.4:
        _reach(story, caller, "silence.silence")
        caller.answer()
        caller.hang_up()
    yield 60


def answers(story: Story) -> Iterator[int]:
    """Simulates responders who answer alerts by SMS with every digit, with and without errors."""
    caller = story.caller()
    reports(story, caller, "report.saved", here=True)
    digits = [*DIGITS]
    story.random.shuffle(digits)
    for digit in digits:
        yield story.random.choice((1, 2, 3, 6))
        who = story.random.choice(story.district.responders)
        _writes_back(story, who, digit)
    caller.hang_up()
    yield 120


def decides(story: Story) -> Iterator[int]:
    """Simulates a case in which the national desk decides how responders visit. The national desk decides because the
    caller says that no one may visit openly, or corrects the place.
    """
    caller = story.caller()
    corrected = any(one.endswith(("let", "early")) for one in story.targets)
    reports(story, caller, "report.visit", danger=True, here=True)
    names = [story.district.name]
    if corrected:
        names.append(_corrects(story, caller))
    else:
        caller.prefer = ("no",)
        caller.answer()
    caller.hang_up()
    yield 4
    _a_responder_answers(story)
    other = next(one for one in story.prepared.districts if one.name == names[-1])
    if corrected:
        who = other.responders[0]
        _texts(story, who, "1")
    nationals = story.prepared.nationals
    for wait in (3, 6, 12, 40):
        yield wait
        for target in story.targets:
            pins = target.startswith(("responders.work_", "responders.too_"))
            who = nationals[0] if pins else story.random.choice(nationals[1:])
            hand = _behind_pin(story, who)
            hand.places = (_national_case(story, who, names),)
            if pins and hand.places == ("",):
                continue
            _attempt(story, hand, target)
    who = story.random.choice(nationals)
    reference = _national_case(story, who, names)
    story.hand(who.msisdn, who.role).text(f"{story.random.choice('678')} {reference}")
    yield 20


def closes(story: Story) -> Iterator[int]:
    """Simulates a responder who asks to close a case, and a colleague who asks for another outcome. The national desk
    confirms one of the two outcomes.
    """
    yield from _danger_is_reported(story)
    first, second = story.district.responders[:2]
    for who, digit in ((first, "1"), (first, "2"), (second, "1")):
        _texts(story, who, digit)
        yield 1
    nationals = story.prepared.nationals
    if not any(target.endswith("judged") for target in story.targets):
        _texts(story, first, "4")
        yield 1
    for wait in (2, 6, 30, 60):
        for target in story.targets:
            who = {"another_waits": second, "open_first": nationals[1], "judged": first}.get(
                target.partition(".")[2], nationals[0]
            )
            hand = _behind_pin(story, who)
            hand.places = (_newest(story, who),)
            if target.endswith(".closed"):
                _reads_closing(hand)
            _attempt(story, hand, target)
        yield wait


def complains(story: Story) -> Iterator[int]:
    """Simulates a caller who complains about a responder's behaviour."""
    caller = story.caller()
    caller.places = _places(story)
    for target in story.targets:
        _reach(story, caller, target)
        if caller.open and story.random.random() < 0.5:
            caller.answer()
        _leaves(story, caller)
        yield story.random.choice((2, 10))
    yield 60


def drills(story: Story) -> Iterator[int]:
    """Simulates a drill with a sample alert. The hotline's reply to each answer says that the alert was only a
    drill."""
    story.world.line.script("start_drill", str(story.district.code))
    yield 1
    for who in story.district.responders[:2]:
        hand = _behind_pin(story, who)
        hand.places = (_newest(story, who),)
        for target in story.targets:
            _attempt(story, hand, target)
            yield 1
        _writes_back(story, who, "1")
    yield 90


def _danger_is_reported(story: Story, *, openly: bool = False) -> Iterator[int]:
    """Simulates a caller who reports danger in the story's own district and hangs up."""
    caller = story.caller()
    reports(story, caller, danger=True, here=True, openly=openly)
    caller.hang_up()
    yield 1


def reports(
    story: Story,
    caller: Hand,
    target: str = "report.saved",
    *,
    danger: bool | None = None,
    here: bool = False,
    openly: bool = False,
) -> None:
    """Reports a tip until the screen `target` appears, nearly always in the story's own district.

    With `here`, the tip involves no official, so the district's own responders are alerted. With `openly`, the caller
    says that responders may visit openly.
    """
    dice = story.random
    in_danger = dice.random() < 0.6 if danger is None else danger
    caller.places = _places(story)
    caller.typed["typed"] = story.district.name
    if target.endswith("pin_again"):
        caller.typed["pin"] = "1111"
    caller.dial()
    _speaks(story, caller)
    caller.walk("report.danger")
    if target == "report.danger" or caller.node != "report.danger":
        return
    caller.key("1" if in_danger else "2" if danger is False else dice.choice("23"))
    if target == "report.official":
        return
    caller.prefer = ("no",) if here else ()
    caller.walk("report.province")
    if target in AFTER_PLACE and (here or dice.random() < 0.85):
        caller.walk("report.sector")
    caller.prefer = OPENLY if openly else ("yes",) if here and dice.random() < 0.7 else ()
    caller.walk(target)


def _corrects(story: Story, caller: Hand) -> str:
    """Goes back to the list of districts, and chooses another district. Returns the name of that district."""
    for _ in range(8):
        if caller.node == "report.district" or not caller.open:
            break
        caller.key("0")
    other = story.random.choice(
        [
            one.name
            for one in story.prepared.districts
            if one.province == story.district.province and one != story.district
        ]
    )
    caller.places = (other,)
    caller.walk("report.sector")
    caller.walk("report.kind")
    return other


def _with_receipt(
    story: Story, caller: Hand, *, here: bool = False, danger: bool | None = None
) -> str:
    """Reports a tip, and takes a receipt with a PIN of four digits. The tip is about danger, unless `danger` is
    False."""
    caller.typed["pin"] = story.random.choice(("4827", "9153", "6082"))
    in_danger = danger if danger is not None else here or None
    reports(story, caller, "report.number", danger=in_danger, here=here)
    found = RECEIPT.search(caller.screen)
    number = "".join(found.groups()) if found else "430021655"
    caller.hang_up()
    caller.typed["receipt"] = number
    return number


def _places(story: Story) -> tuple[str, ...]:
    return (story.district.name, *PROVINCES[story.district.province])


def _reach(story: Story, caller: Hand, target: str, tries: int = 3) -> bool:
    """Dials the short code that is nearest to a screen, and presses keys until this screen appears."""
    for _ in range(tries):
        caller.dial(caller.map.entry_of(target) or "")
        _speaks(story, caller)
        if caller.walk(target):
            return True
    return False


def _attempt(
    story: Story, hand: Hand, target: str, *, answers: bool = False, tries: int = 1
) -> bool:
    """Dials as a responder, and presses keys until the screen `target` appears. In some calls the phone repeats a hop
    or answers the reached screen, or the gateway does not say that the call ended.
    """
    reached = False
    for _ in range(tries):
        hand.dial(ENTRY)
        reached = hand.walk(target)
        if reached and hand.open and story.random.random() < 0.3:
            hand.again()
        if reached and hand.open and (answers or story.random.random() < 0.5):
            hand.answer()
        hand.hang_up(told=story.random.random() < 0.8)
        if reached:
            break
    return reached


def _sets_up(
    story: Story, hand: Hand, who: Responder, setups: Iterable[Setup], *, answers: bool = False
) -> Iterator[int]:
    """Reaches the screens in `setups` for the newest case, each in a call of its own."""
    for setup in setups:
        hand.places, hand.prefer = (_newest(story, who),), setup.prefer
        _attempt(story, hand, setup.screen, answers=answers, tries=3)
        yield setup.wait


def _behind_pin(story: Story, who: Responder) -> Hand:
    hand = story.hand(who.msisdn, who.role)
    hand.typed = {
        "work_pin": who.pin or "480915",
        "new_pin": who.pin or "913064",
        "new_again": who.pin or "913064",
        "case_letters": _newest(story, who),
    }
    return hand


@contextmanager
def _no_reader(story: Story, hand: Hand) -> Iterator[None]:
    """Pauses the reader process, and lets the phone show that it must wait."""
    hand.patient = False
    with story.world.line.paused("reader"):
        yield
    hand.patient = True


@contextmanager
def _nothing_leaves(story: Story, target: str) -> Iterator[None]:
    """Pauses the outgoing queue while a story reports a tip, if the story's target screen says that no alert can be
    sent.
    """
    said = ("--by", "Admin 1", "--reason", "comparison")
    if target.endswith("unsent"):
        story.world.line.command("outgoing", "pause", *said)
    yield
    if target.endswith("unsent"):
        story.world.line.command("outgoing", "resume", *said, "--yes")


def _before_waiting(target: str) -> str:
    """Returns the screen at which a story must pause the reader process. The target screen appears if the reader
    process does not answer the next key.
    """
    name = target.partition(".")[2]
    if target.startswith("keeping."):
        return "screening.free"
    if name.startswith("read_"):
        return "responders.not_hers"
    return "responders.note" if name.startswith("did_") else ""


def _speaks(story: Story, caller: Hand) -> None:
    """Chooses one of the languages at random, if the screen offers it."""
    language = story.random.choice(tuple(OWN_NAMES))
    if language != caller.language:
        caller.choose([OWN_NAMES[language]])


def _leaves(story: Story, caller: Hand) -> None:
    """Ends a call: with 000, by hanging up, or at the last screen."""
    match story.random.randrange(4):
        case 0 if caller.open:
            caller.key("000")
            caller.hang_up()
        case 1 if caller.open:
            caller.again()
            caller.hang_up(told=story.random.random() < 0.5)
        case _:
            caller.walk("onward.last", most=8)
            caller.hang_up()


def _a_responder_answers(story: Story) -> None:
    who = story.random.choice(story.district.responders)
    if story.random.random() < 0.75:
        _writes_back(story, who, story.random.choice("1111223345"))
        return
    hand = _behind_pin(story, who)
    hand.dial(ENTRY)
    for _ in range(5):
        if hand.open:
            hand.answer()
    hand.hang_up()


def _texts(story: Story, who: Responder, digit: str) -> None:
    story.hand(who.msisdn, who.role).text(f"{digit} {_newest(story, who)}")


def _writes_back(story: Story, who: Responder, digit: str) -> None:
    reference = _newest(story, who)
    hand = story.hand(who.msisdn, who.role)
    words = (
        ANSWERS[0] if reference and story.random.random() < 0.5 else story.random.choice(ANSWERS)
    )
    hand.text(
        words.format(digit=digit, ref=reference, lower=reference.lower()),
        told=story.random.random() < 0.95,
        twice=story.random.random() < 0.1,
    )


def _newest(story: Story, who: Responder) -> str:
    """Returns the reference of the case in the newest SMS to a responder."""
    return _named_last(story.received(who.msisdn))


def _national_case(story: Story, who: Responder, places: Sequence[str]) -> str:
    """Returns the reference of the newest case in the given places, from the newest SMS to a person of the national
    desk."""
    texts = story.received(who.msisdn)
    return _named_last([text for text in texts if any(place in text for place in places)])


def _named_last(texts: Sequence[str]) -> str:
    for text in reversed(texts):
        found = REFERENCE.search(text)
        if found:
            return found[0]
    return ""
