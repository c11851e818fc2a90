"""What the stories are about. Each draws what its people do by the story's own dice, so one seed tells one story.

A tale acts, and yields after how many minutes it goes on.
"""

from collections.abc import Iterator

from tests.compare.hand import Hand
from tests.compare.people import ENTRY, Responder
from tests.compare.transcript import REFERENCE
from tests.compare.world import Story

OWN_NAMES = {"rw": "Kinyarwanda", "en": "English", "fr": "Francais"}


def reads(story: Story) -> Iterator[int]:
    """A caller looks for topics, hangs up here and there, dials again, and goes home with 000."""
    caller = story.caller()
    for target in story.targets:
        _dial_for(story, caller, target)
        caller.walk(target)
        _leaves(story, caller)
        yield story.random.choice((1, 2, 5))


def tells(story: Story) -> Iterator[int]:
    """A caller tells of somebody; the responders of the district answer, or do not."""
    caller = story.caller()
    reports(story, caller)
    for _ in range(story.random.randint(2, 5)):
        yield story.random.choice((1, 2, 3, 4, 6, 15))
        _somebody_answers(story)
    _leaves(story, caller)
    yield story.random.choice((30, 60))
    _somebody_answers(story)


def reports(story: Story, caller: Hand, target: str = "report.saved") -> None:
    """Tells the report up to a screen; the place is the story's own district."""
    caller.places = (story.district.name,)
    caller.dial()
    _speaks(story, caller)
    caller.walk("report.danger")
    if caller.node == "report.danger" and story.random.random() < 0.6:
        caller.key("1")
    caller.walk(target)


def _dial_for(story: Story, caller: Hand, target: str) -> None:
    caller.dial(caller.map.entry_of(target) or "")
    _speaks(story, caller)


def _speaks(story: Story, caller: Hand) -> None:
    """Chooses the story's language, where the screen offers it."""
    language = story.random.choice(tuple(OWN_NAMES))
    if language != caller.language:
        caller.choose([OWN_NAMES[language]])


def _leaves(story: Story, caller: Hand) -> None:
    """How a call ends: in words, by hanging up, or erased."""
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


def _somebody_answers(story: Story) -> None:
    who = story.random.choice(story.district.responders)
    reference = _newest(story, who)
    hand = story.hand(who.msisdn, f"{who.level} {who.name.rpartition(' ')[2]}")
    digit = story.random.choice("1111223345")
    if reference and story.random.random() < 0.7:
        hand.text(f"{digit} {reference}")
    elif story.random.random() < 0.7:
        hand.text(digit)
    else:
        hand.dial(ENTRY)
        if who.pin:
            hand.typed["work_pin"] = who.pin
        for _ in range(5):
            if hand.open:
                hand.answer()
        hand.hang_up()


def _newest(story: Story, who: Responder) -> str:
    """The case of the newest SMS to a responder."""
    for text in reversed(story.received(who.msisdn)):
        found = REFERENCE.search(text)
        if found:
            return found[0]
    return ""
