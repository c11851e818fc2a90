"""The engine's two verbs. Pure and total: no input raises, none loops. Read this file first.

`0` goes back, `00` to the front, `9` to more, `000` to the front with everything that is not yet filed forgotten.
Where a page has one way on, `1` takes it too.
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
    """Every node it came by, shown or not: what a transcript covers."""
    answered: bool = False
    """Whether what was keyed led on from the screen before."""


class _Stand(NamedTuple):
    """Where a caller stands: the node as she sees it, and the page of it before her."""

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
    """A dial. `entry` lands on its published flow; `ahead` is spent on menus and topics only.

    Digits that would enter a gathering or private flow are dropped, all of them: the caller sees what a plain dial
    shows.
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
    """One input to a run. Anything not understood shows the screen again under one line that names the keys."""
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
    """What `resume` leads to, what happened, and whether it answered, without a screen: another input is there."""
    if run.finished:
        return run, (), False
    walked = _led(book, run, keyed, facts, _stand(book, run, facts, limit))
    return (run, (), False) if walked is None else (walked.run, walked.events, walked.answered)


def render(book: Book, run: Run, facts: Facts, *, limit: int = DEFAULT_LIMIT) -> Screen:
    """The screen at which the run stands, without a turn."""
    stand = _stand(book, run, facts, limit)
    if stand is not None and not run.finished:
        return stand.screen
    node = node_at(book, run.calls[-1]) if run.calls else None
    if isinstance(node, Finish) and node.text is not None:
        return drawn(book, node, run, facts, limit).screens[0]
    return screen_of(words(run.language).closed, ends=True)


def repeat(book: Book, run: Run, facts: Facts, *, limit: int = DEFAULT_LIMIT) -> Screen:
    """What `resume` shows for an input that means nothing here."""
    stand = _stand(book, run, facts, limit)
    if stand is None or run.finished:
        return render(book, run, facts, limit=limit)
    return _again(run, stand, limit)


def offered(book: Book, run: Run, facts: Facts, *, limit: int = DEFAULT_LIMIT) -> Mapping[str, str]:
    """The choices of the page before her: key and label, as it is read."""
    stand = None if run.finished else _stand(book, run, facts, limit)
    if stand is None:
        return {}
    choices = stand.seen.choices
    return {key: said(choices[at].label, run.language) for key, at in stand.page.keys.items()}


def expects_words(book: Book, run: Run) -> bool:
    """Whether the next input is free text: then it may hold `*`."""
    node = _asked(book, run)
    return node is not None and node.kind == "words"


def expects_pin(book: Book, run: Run) -> int:
    """Of how many digits a PIN is asked for, or 0: what it opens must be known before the turn."""
    node = _asked(book, run)
    return node.digits if node is not None and node.kind == "pin" else 0


def expects_number(book: Book, run: Run) -> str:
    """The answer that a number is asked for; empty where none is asked."""
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
    """At the entry's flow; at the front where there is none, or where it would gather."""
    flow = book.flows.get(book.entries.get(entry, ""))
    if flow is None:
        return _at_front(book, facts)
    run = walk.entered(book, Run(facts.language if flow.private else FIRST, ()), flow.name)
    walked = walk.settle(book, facts, run).after(FlowEntered(flow.name))
    return _at_front(book, facts) if walked.run.passage else walked


def _spends_ahead(book: Book, run: Run) -> bool:
    """Whether a digit dialled ahead may be spent here: on a menu or a topic that anybody may see."""
    node = node_at(book, run.calls[-1])
    hidden = any(book.flows[place.flow].private for place in run.calls if place.flow in book.flows)
    return not run.finished and isinstance(node, Menu | Say) and not hidden


def _closed_to_ahead(book: Book, event: Event) -> bool:
    flow = book.flows.get(event.flow) if isinstance(event, FlowEntered) else None
    return flow is not None and (flow.private or flow.gathers is not None)


def _stand(book: Book, run: Run, facts: Facts, limit: int) -> _Stand | None:
    """None where nothing waits: the run is over, or its place is not in this book."""
    node = node_at(book, run.calls[-1]) if run.calls else None
    if not isinstance(node, Waiting):
        return None
    found = drawn(book, node, run, facts, limit)
    at = min(run.calls[-1].page, len(found.pages) - 1)
    return _Stand(node, found.seen, found.pages[at], found.screens[at])


def _again(run: Run, stand: _Stand, limit: int) -> Screen:
    return repeated(stand.node, stand.seen, stand.page, run.language, limit)


def _led(book: Book, run: Run, keyed: str, facts: Facts, stand: _Stand | None) -> Walked | None:
    """Where one input leads, or None where it means nothing here."""
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
    """Where the input leads, or None where it means nothing here."""
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
    """An answer that was typed, not chosen. Places are only ever chosen, and a PIN is told and not kept."""
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
    """Keeps an answer; None takes it away, as skipping a question does.

    Going back loses nothing by itself. But a place chosen out of a list that was named by another answer (a district
    of a province) means nothing once that answer is another: it falls with it.
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
    """Answers whose list is named by this one, and theirs in turn; remembered, since every new answer asks."""
    found = book.dependants.get(name)
    if found is None:
        named = _named_by(book)
        fallen = {*reached([name], lambda one: named.get(one, ()))} - {name}
        found = book.dependants[name] = frozenset(fallen)
    return found


def _named_by(book: Book) -> Mapping[str, set[str]]:
    """Returns by answer the answers chosen out of lists that bear its value in their name."""
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
    """Which choice a written yes or no means; None where it means none, or where two choices begin with it.

    A choice is a yes where its label begins with one in every language: "Yego, siba", "Oui, effacer", "Yes, erase".
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
