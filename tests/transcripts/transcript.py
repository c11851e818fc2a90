"""Defines transcripts: a conversation as plain text that its editor can review.

    flow report   lang rw                 the flow that it shows, and the language in which it ends
    with reporting                        flags that are set, if any
    list my_cases K7Q4 H3ND               a list of the session, if any; `value=Its_label` for a different label
    brings person_minor=no                answers of an earlier session, if any
    shows receipt 430 021 655             the value of a placeholder, if any
    # a comment

    > *dial*                              a dial; `*dial*11*2` with a short code and digits dialled ahead
    ! FlowEntered front
    | the screen, line by line
    > 1
    ! Answered danger=yes
    | …
    ~ a fragment, which rings nobody      the result of hanging up here, in a report
    # END                                 the dialogue is over

The editor writes only the keys, and `record` writes all other lines. If the flow has a new screen between two keys,
`rekeyed` adds the key for this screen. Between two turns, the conversation state is converted to JSON and back, as
between two hops.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from hotline.flows.conversation import (
    Answered,
    Completed,
    ConversationState,
    Event,
    Facts,
    FlowEntered,
    LanguageChosen,
    Option,
    PinGiven,
    Place,
    TopicRead,
)
from hotline.flows.flow import FlowSet
from hotline.flows.screen import SEPTETS, Screen
from hotline.flows.turn import Turn, resume, start
from hotline.text.languages import CODES

DIAL = "*dial*"
ADDED = "912345"
"""An update may add these keys, which lead to the next screen or to a choice of a new menu."""
HARMLESS = frozenset({"Answered"})
"""The kinds of events that an added key may cause."""
Leaves = Callable[[FlowSet, Sequence[ConversationState], Collection[Event]], str]
"""A function that says what remains if the caller hangs up. It needs the states of a report attempt and the events of
this attempt. The function returns an empty text if the caller is not in a report."""


@dataclass(frozen=True, slots=True)
class Transcript:
    flow: str
    language: str
    facts: Facts
    head: tuple[str, ...]
    """The lines above the first key, unchanged."""
    keyed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    text: str
    screens: tuple[Screen, ...]
    passed: frozenset[Place]
    """The nodes that the conversation passed. Each is a place with the page number 0."""
    language: str
    """The language in which the conversation ended."""


@dataclass(slots=True)
class _Tape:
    lines: list[str] = field(default_factory=list)
    screens: list[Screen] = field(default_factory=list)
    passed: set[Place] = field(default_factory=set)

    def take(self, keyed: str, turn: Turn, left: str) -> None:
        self.lines.append(f"> {keyed}".rstrip())
        self.lines.extend(f"! {as_line(event)}" for event in turn.events)
        self.lines.extend(f"| {line}".rstrip() for line in turn.screen.text.split("\n"))
        if turn.screen.ends:
            self.lines.append("# END")
        elif left:
            self.lines.append(f"~ {left}")
        self.screens.append(turn.screen)
        self.passed.update(Place(place.flow, place.node) for place in turn.passed)


def read(text: str) -> Transcript:
    """Returns the first lines and the keys of a transcript. Raises ValueError if its first key does not dial."""
    lines = text.splitlines()
    first = next((at for at, line in enumerate(lines) if line.startswith(">")), len(lines))
    head = tuple(lines[:first])
    flow, language = _titled(head)
    facts = Facts(
        flags={name: True for line in _headed(head, "with") for name in line.split()[1:]},
        lists=dict(_lists(head)),
        words={line.split()[1]: " ".join(line.split()[2:]) for line in _headed(head, "shows")},
        language=language,
        answers=dict(
            one.split("=", 1) for line in _headed(head, "brings") for one in line.split()[1:]
        ),
    )
    keyed = tuple(line[1:].removeprefix(" ") for line in lines if line.startswith(">"))
    if not keyed or not keyed[0].startswith(DIAL):
        raise ValueError(f"the first key is not {DIAL}")
    return Transcript(flow, language, facts, head, keyed)


def record(
    book: FlowSet, transcript: Transcript, *, leaves: Leaves | None = None, limit: int = SEPTETS
) -> Recording:
    """Runs the keys. Returns a recording: the screens, the events, and what would remain if the caller hung up at each
    screen."""
    tape = _Tape(list(transcript.head))
    run = ConversationState("", ())
    passage: list[Turn] = []
    for keyed in transcript.keyed:
        if keyed.startswith(DIAL):
            turn = _dialled(book, transcript.facts, keyed.removeprefix(DIAL), limit)
        else:
            turn = resume(book, run, keyed, transcript.facts, limit=limit)
        passage = [one for one in passage if one.state.attempts == turn.state.attempts] + [turn]
        happened = [event for one in passage for event in one.events]
        runs = [one.state for one in passage]
        tape.take(keyed, turn, leaves(book, runs, happened) if leaves is not None else "")
        run = turn.state
    text = "\n".join(tape.lines) + "\n"
    return Recording(text, tuple(tape.screens), frozenset(tape.passed), run.language)


def rekeyed(book: FlowSet, transcript: Transcript, before: str) -> Transcript:
    """Returns the transcript with changed keys, so that the flow causes the same events as in `before`, the older text
    of the transcript's file.

    If a key no longer causes the same events as before, the function tries one more key after this key, and then one
    more before it.
    """
    happened = _happened(before)
    if _happened(record(book, transcript).text) == happened:
        return transcript
    keyed: tuple[str, ...] = ()
    for key, events in zip(transcript.keyed, happened, strict=True):
        ways = [(key,), *((key, one) for one in ADDED), *((one, key) for one in ADDED)]
        if key.startswith(DIAL) or not events:
            del ways[1:]
        found = (way for way in ways if _causes(book, transcript, keyed, way, events))
        keyed += next(found, (key,))
    return replace(transcript, keyed=keyed)


def _causes(
    book: FlowSet,
    transcript: Transcript,
    keyed: tuple[str, ...],
    way: tuple[str, ...],
    events: tuple[str, ...],
) -> bool:
    """Returns True if the last of the keys in `way` causes these events. `way` may contain other keys before the last
    one, which an update adds. These keys may only cause answers.
    """
    recording = record(book, replace(transcript, keyed=keyed + way))
    *before, last = _happened(recording.text)[len(keyed) :]
    kinds = {event.split()[1] for one in before for event in one}
    ended = any(screen.ends for screen in recording.screens[len(keyed) : -1])
    return last == events and kinds <= HARMLESS and not ended


def _happened(text: str) -> list[tuple[str, ...]]:
    """Returns the events of each key of a written transcript."""
    found: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith(">"):
            found.append([])
        elif line.startswith("! "):
            found[-1].append(line)
    return [tuple(one) for one in found]


def as_line(event: Event) -> str:
    """Returns an event in the form in which a transcript writes it."""
    name = type(event).__name__
    match event:
        case PinGiven():
            return f"{name} {event.name}"
        case Answered():
            return f"{name} {event.name}={event.value}"
        case FlowEntered(what) | TopicRead(what) | Completed(what) | LanguageChosen(what):
            return f"{name} {what}"
        case _:
            return name


def _dialled(book: FlowSet, facts: Facts, suffix: str, limit: int) -> Turn:
    entry, _, rest = suffix.partition("*")
    if entry not in book.entries:
        entry, rest = "", suffix
    ahead = rest.split("*") if rest else ()
    return start(book, facts, entry=entry, ahead=ahead, limit=limit)


def _titled(head: tuple[str, ...]) -> tuple[str, str]:
    match head[0].split() if head else ():
        case ["flow", flow, "lang", language] if language in CODES:
            return flow, language
    raise ValueError("the first line is not `flow NAME lang CODE`")


def _headed(head: tuple[str, ...], word: str) -> list[str]:
    return [line for line in head if line.startswith(f"{word} ")]


def _lists(head: tuple[str, ...]) -> Iterator[tuple[str, tuple[Option, ...]]]:
    for line in _headed(head, "list"):
        name, *values = line.split()[1:]
        yield name, tuple(_option(value) for value in values)


def _option(written: str) -> Option:
    value, _, label = written.partition("=")
    return Option(value, dict.fromkeys(CODES, label.replace("_", " ") or value))
