"""Starts and advances conversations. Read this file first.

Functions are pure. No input raises an error, and none causes an endless loop.

`0` goes back, `00` goes to the front, `9` shows more. `000` goes to the front and deletes every answer that is not
saved yet. Where a page has one way on, `1` takes it too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from hotline.engine import keying, walk
from hotline.engine.events import Answered, Erased, Event, FlowEntered, LanguageChosen, PinGiven
from hotline.engine.flow import Ask, Book, Choice, Finish, Menu, Say, reached
from hotline.engine.keying import is_easy
from hotline.engine.page_cache import FIRST_KEY, MORE, drawn, only_way_on, repeated, screen_of
from hotline.engine.run import Facts, Place, Run
from hotline.engine.screen import DEFAULT_LIMIT, Page, Screen
from hotline.engine.view import View, Waiting, list_answers, node_at, said
from hotline.engine.walk import Walked
from hotline.engine.words import words
from hotline.text.languages import FIRST


class Turn(NamedTuple):
    run: Run
    screen: Screen
    events: tuple[Event, ...] = ()
    passed: tuple[Place, ...] = ()
    """Every node passed, shown or not. Transcripts measure coverage with it."""
    answered: bool = False
    """True where the input led on from the previous screen."""


class _Stand(NamedTuple):
    """The caller's place: the node as the caller sees it, and its current page."""

    node: Waiting
    seen: View
    page: Page
    screen: Screen


def start(
    book: Book,
    facts: Facts,
    *,
    entry: str = "",
    ahead: Sequence[str] = (),
    limit: int = DEFAULT_LIMIT,
) -> Turn:
    """Starts a conversation for a dialled string. `entry` opens its landing flow. `ahead` holds digits dialled ahead.

    Those digits are used on menus and messages only. If one would enter a report flow or a private flow, all are
    dropped. The caller then sees what a plain dial shows.
    """
    plain = _shown(book, facts, _at_front(book, facts), limit)
    turn = _shown(book, facts, _landed(book, facts, entry), limit)
    for keyed in ahead:
        if not _spends_ahead(book, turn.run):
            break
        following = resume(book, turn.run, keyed, facts, limit=limit)
        if any(_closed_to_ahead(book, event) for event in following.events):
            return plain
        turn = following._replace(
            events=(*turn.events, *following.events),
            passed=(*turn.passed, *following.passed),
        )
    return turn


def resume(book: Book, run: Run, keyed: str, facts: Facts, *, limit: int = DEFAULT_LIMIT) -> Turn:
    """Applies one input and returns the turn.

    An unknown input shows the screen again under a line that names the keys.
    """
    if run.finished:
        return Turn(run, render(book, run, facts, limit=limit))

    stand = _stand(book, run, facts, limit)
    walked = _led(book, run, keyed, facts, stand)
    if walked is None:
        assert stand is not None
        return Turn(run, _again(run, stand, limit))
    return _shown(book, facts, walked, limit)


def follow(
    book: Book, run: Run, keyed: str, facts: Facts, *, limit: int = DEFAULT_LIMIT
) -> tuple[Run, tuple[Event, ...], bool]:
    """Applies one input that another input follows, so it draws no screen.

    Returns the new state, the events, and True if the input led on from the previous screen.
    """
    if run.finished:
        return run, (), False
    walked = _led(book, run, keyed, facts, _stand(book, run, facts, limit))
    return (run, (), False) if walked is None else (walked.run, walked.events, walked.answered)


def render(book: Book, run: Run, facts: Facts, *, limit: int = DEFAULT_LIMIT) -> Screen:
    """Returns the screen of the current state, without a turn."""
    stand = _stand(book, run, facts, limit)
    if stand is not None and not run.finished:
        return stand.screen
    node = node_at(book, run.calls[-1]) if run.calls else None
    if isinstance(node, Finish) and node.text is not None:
        return drawn(book, node, run, facts, limit).screens[0]
    return screen_of(words(run.language).closed, ends=True)


def repeat(book: Book, run: Run, facts: Facts, *, limit: int = DEFAULT_LIMIT) -> Screen:
    """Returns the screen that `resume` shows for an input that has no meaning here."""
    stand = _stand(book, run, facts, limit)
    if stand is None or run.finished:
        return render(book, run, facts, limit=limit)
    return _again(run, stand, limit)


def offered(book: Book, run: Run, facts: Facts, *, limit: int = DEFAULT_LIMIT) -> Mapping[str, str]:
    """Returns the choices of the current page by key, with their labels in the caller's language."""
    stand = None if run.finished else _stand(book, run, facts, limit)
    if stand is None:
        return {}
    choices = stand.seen.choices
    return {key: said(choices[at].label, run.language) for key, at in stand.page.keys.items()}


def expects_words(book: Book, run: Run) -> bool:
    """Returns True if the next input is free text, which may contain `*`."""
    node = _asked(book, run)
    return node is not None and node.kind == "words"


def expects_pin(book: Book, run: Run) -> int:
    """Returns the digits of the PIN that is asked for, or 0.

    The service must know before the turn what the PIN opens.
    """
    node = _asked(book, run)
    return node.digits if node is not None and node.kind == "pin" else 0


def expects_number(book: Book, run: Run) -> str:
    """Returns the name of the answer that a number is asked for. Empty where none is asked."""
    node = _asked(book, run)
    return node.saves if node is not None and node.kind == "number" else ""


def _asked(book: Book, run: Run) -> Ask | None:
    node = node_at(book, run.calls[-1]) if run.calls else None
    return node if isinstance(node, Ask) and not run.finished else None


def _shown(book: Book, facts: Facts, walked: Walked, limit: int) -> Turn:
    screen = render(book, walked.run, facts, limit=limit)
    return Turn(walked.run, screen, walked.events, walked.passed, walked.answered)


def _at_front(book: Book, facts: Facts) -> Walked:
    return walk.home(book, facts, Run(FIRST, ())).after(FlowEntered(book.front))


def _landed(book: Book, facts: Facts, entry: str) -> Walked:
    """Opens the landing flow of a short code.

    Opens the front where there is none, or where a report attempt would begin.
    """
    flow = book.flows.get(book.entries.get(entry, ""))
    if flow is None:
        return _at_front(book, facts)
    run = walk.entered(book, Run(facts.language if flow.private else FIRST, ()), flow.name)
    walked = walk.settle(book, facts, run).after(FlowEntered(flow.name))
    return _at_front(book, facts) if walked.run.passage else walked


def _spends_ahead(book: Book, run: Run) -> bool:
    """Returns True if a digit dialled ahead may be used here: on a menu or message outside private flows."""
    node = node_at(book, run.calls[-1])
    hidden = any(book.flows[place.flow].private for place in run.calls if place.flow in book.flows)
    return not run.finished and isinstance(node, Menu | Say) and not hidden


def _closed_to_ahead(book: Book, event: Event) -> bool:
    flow = book.flows.get(event.flow) if isinstance(event, FlowEntered) else None
    return flow is not None and (flow.private or flow.gathers is not None)


def _stand(book: Book, run: Run, facts: Facts, limit: int) -> _Stand | None:
    """Returns the caller's place. None where the conversation ended, or where its place is not in this flow set."""
    node = node_at(book, run.calls[-1]) if run.calls else None
    if not isinstance(node, Waiting):
        return None
    found = drawn(book, node, run, facts, limit)
    at = min(run.calls[-1].page, len(found.pages) - 1)
    return _Stand(node, found.seen, found.pages[at], found.screens[at])


def _again(run: Run, stand: _Stand, limit: int) -> Screen:
    return repeated(stand.node, stand.seen, stand.page, run.language, limit)


def _led(book: Book, run: Run, keyed: str, facts: Facts, stand: _Stand | None) -> Walked | None:
    """Applies one input. Returns None where it has no meaning here."""
    pressed = keying.keys(keyed)
    if pressed == "000":
        blank = Run(FIRST, (), passage=run.passage, erased=True)
        return walk.home(book, facts, blank).after(Erased())
    if pressed == "00" or stand is None:
        return walk.home(book, facts, run)
    return _moved(book, facts, run, stand, pressed, keyed)


def _moved(
    book: Book, facts: Facts, run: Run, stand: _Stand, pressed: str, keyed: str
) -> Walked | None:
    """Applies one input other than `00` and `000`. Returns None where it has no meaning here."""
    node = stand.node
    if pressed == FIRST_KEY:
        pressed = only_way_on(node, stand.seen, stand.page) or pressed
    if pressed == MORE and stand.page.more:
        return walk.turned(run, run.calls[-1].page + 1)
    if pressed == "0":
        if isinstance(node, Ask) and node.skip is not None:
            run, events = saved(book, run, node.saves, None)
            return walk.goes(book, facts, run, node.goes).after(*events)
        return walk.back(book, facts, run)
    if isinstance(node, Say):
        return walk.goes(book, facts, run, node.goes) if pressed == MORE and node.goes else None
    if pressed in stand.page.keys:
        return _chosen(book, facts, run, node, stand.seen.choices[stand.page.keys[pressed]])
    if isinstance(node, Menu) and (at := agreed(stand.seen.choices, keyed)) is not None:
        return _chosen(book, facts, run, node, stand.seen.choices[at])
    if isinstance(node, Ask):
        return _told(book, facts, run, node, pressed, keyed)
    return None


def _chosen(book: Book, facts: Facts, run: Run, node: Menu | Ask, choice: Choice) -> Walked:
    events: tuple[Event, ...] = ()
    if choice.language is not None:
        run = replace(run, language=choice.language)
        events = (LanguageChosen(choice.language),)
    if node.saves is not None and choice.value:
        run, answered = saved(book, run, node.saves, choice.value)
        events = (*events, *answered)
    return walk.goes(book, facts, run, choice.goes or node.goes).after(*events)


def _told(book: Book, facts: Facts, run: Run, node: Ask, pressed: str, keyed: str) -> Walked | None:
    """Applies a typed answer. Returns None where it is not valid. Places are never typed, and a PIN is never saved."""
    if node.kind == "pin":
        pin = keying.pin(keyed, node.digits)
        if not pin:
            return None
        if node.weak is not None and is_easy(pin):
            return walk.goes(book, facts, run, node.weak)
        return walk.goes(book, facts, run, node.goes).after(PinGiven(node.saves, pin))
    typed = {"words": keying.words(keyed), "number": pressed if pressed.isdecimal() else ""}
    value = typed.get(node.kind, "")
    if not value:
        return None
    run, events = saved(book, run, node.saves, value)
    return walk.goes(book, facts, run, node.goes).after(*events)


def saved(book: Book, run: Run, name: str, value: str | None) -> tuple[Run, tuple[Event, ...]]:
    """Saves an answer. None removes it, as skipping a question does.

    Going back loses no answer. But some lists are named by another answer, such as the districts of a province. A place
    from such a list is dropped when the other answer changes.
    """
    before = run.answers.get(name)
    if value is None and before is None:
        return run, ()

    fallen = frozenset() if before == value else _dependants(book, name)
    answers = {key: kept for key, kept in run.answers.items() if key not in fallen}
    if value is None:
        del answers[name]
        return run.saying(answers), (Answered(name, ""),)
    answers[name] = value
    return run.saying(answers), (Answered(name, value),)


def _dependants(book: Book, name: str) -> frozenset[str]:
    """Returns the answers whose list is named by this one, directly or through others. Cached for every new answer."""
    found = book.dependants.get(name)
    if found is None:
        named = _named_by(book)
        fallen = {*reached([name], lambda one: named.get(one, ()))} - {name}
        found = book.dependants[name] = frozenset(fallen)
    return found


def _named_by(book: Book) -> Mapping[str, set[str]]:
    """Returns for each answer the answers chosen from lists that have its value in their name."""
    found: dict[str, set[str]] = {}
    for flow in book.flows.values():
        for node in flow.nodes.values():
            if isinstance(node, Ask) and node.list is not None:
                for source in list_answers(node.list):
                    found.setdefault(source, set()).add(node.saves)
    return found


YES = frozenset({"yego", "oui", "yes"})
NO = frozenset({"oya", "non", "no"})
MARKS = " \t\r\n.,!"


def agreed(choices: Sequence[Choice], keyed: str) -> int | None:
    """Returns the index of the choice that a typed yes or no means. None where no choice or several choices match.

    A choice matches yes where its label begins with yes in every language: "Yego, siba", "Oui, effacer", "Yes, erase".
    """
    said = _word(keyed)
    meant = next((words for words in (YES, NO) if said in words), None)
    if meant is None:
        return None
    found = []
    for at, choice in enumerate(choices):
        begins = [_word(label.partition(",")[0]) for label in choice.label.values() if label]
        if begins and meant.issuperset(begins):
            found.append(at)
    return found[0] if len(found) == 1 else None


def _word(written: str) -> str:
    return written.strip(MARKS).casefold()
