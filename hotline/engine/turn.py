"""The engine's two verbs. Pure and total: no input raises, none loops. Read this file first.

`0` goes back, `00` to the front, `9` to more, `000` to the front with everything that is not yet filed forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hotline.engine import keying, walk
from hotline.engine.answering import saved
from hotline.engine.events import Erased, Event, FlowEntered, LanguageChosen
from hotline.engine.flow import Ask, Book, Choice, Finish, Menu, Say
from hotline.engine.run import Facts, Run
from hotline.engine.screen import DEFAULT_LIMIT, Page, Screen, paginate
from hotline.engine.view import View, Waiting, node_at, view
from hotline.engine.words import words
from hotline.text.gsm7 import septets, to_gsm7
from hotline.text.languages import FIRST


@dataclass(frozen=True, slots=True)
class Turn:
    run: Run
    screen: Screen
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where a caller stands: the node as she sees it, and the page of it before her."""

    node: Waiting
    seen: View
    page: Page


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
    plain = _first(book, facts, limit)
    turn = _landed(book, facts, plain, entry, limit)
    for keyed in ahead:
        if not _spends_ahead(book, turn.run):
            break
        following = resume(book, turn.run, keyed, facts, limit=limit)
        if any(_closed_to_ahead(book, event) for event in following.events):
            return plain
        turn = replace(following, events=(*turn.events, *following.events))
    return turn


def resume(book: Book, run: Run, keyed: str, facts: Facts, *, limit: int = DEFAULT_LIMIT) -> Turn:
    """One input to a run. Anything not understood shows the screen again with one short line."""
    if run.finished:
        return Turn(run, render(book, run, facts, limit=limit))

    stand = _stand(book, run, facts, limit)
    pressed = keying.keys(keyed)
    if pressed == "000":
        run, events = walk.home(book, facts, Run(FIRST, (), passage=run.passage, erased=True))
        return Turn(run, render(book, run, facts, limit=limit), (Erased(), *events))
    if pressed == "00" or stand is None:
        moved: walk.Walked | None = walk.home(book, facts, run)
    else:
        moved = _moved(book, facts, run, stand, pressed, keyed)

    if moved is None:
        return Turn(run, _repeated(run, stand, limit))
    run, events = moved
    return Turn(run, render(book, run, facts, limit=limit), events)


def render(book: Book, run: Run, facts: Facts, *, limit: int = DEFAULT_LIMIT) -> Screen:
    """The screen at which the run stands, without a turn."""
    stand = _stand(book, run, facts, limit)
    if stand is not None and not run.finished:
        return _screen(stand.page.text)
    node = node_at(book, run.calls[-1]) if run.calls else None
    if isinstance(node, Finish) and node.text is not None:
        return _screen(paginate(view(book, node, run, facts).layout, limit)[0].text, ends=True)
    return _screen(words(run.language).closed, ends=True)


def expects_words(book: Book, run: Run) -> bool:
    """Whether the next input is free text: then it may hold `*`."""
    node = node_at(book, run.calls[-1]) if run.calls else None
    return not run.finished and isinstance(node, Ask) and node.kind == "words"


def _first(book: Book, facts: Facts, limit: int) -> Turn:
    run, events = walk.home(book, facts, Run(FIRST, ()))
    return Turn(run, render(book, run, facts, limit=limit), (FlowEntered(book.front), *events))


def _landed(book: Book, facts: Facts, plain: Turn, entry: str, limit: int) -> Turn:
    flow = book.flows.get(book.entries.get(entry, ""))
    if flow is None or flow.gathers:
        return plain
    run, entered = walk.entered(book, Run(FIRST, ()), flow.name)
    run, events = walk.settle(book, facts, run)
    return Turn(run, render(book, run, facts, limit=limit), (*entered, *events))


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
    seen = view(book, node, run, facts)
    pages = paginate(seen.layout, limit)
    return _Stand(node, seen, pages[min(run.calls[-1].page, len(pages) - 1)])


def _moved(
    book: Book, facts: Facts, run: Run, stand: _Stand, pressed: str, keyed: str
) -> walk.Walked | None:
    """Where the input leads, or None where it means nothing here."""
    node = stand.node
    if pressed == "9" and stand.page.more:
        return walk.turned(run, run.calls[-1].page + 1), ()
    if pressed == "0":
        if isinstance(node, Ask) and node.skip is not None:
            run, events = saved(book, run, node.saves, None)
            return _gone(book, facts, run, node.goes, events)
        return walk.back(book, facts, run), ()
    if isinstance(node, Say):
        return _gone(book, facts, run, node.goes) if pressed == "9" and node.goes else None
    if pressed in stand.page.keys:
        return _chosen(book, facts, run, node, stand.seen.choices[stand.page.keys[pressed]])
    if isinstance(node, Ask):
        return _told(book, facts, run, node, pressed, keyed)
    return None


def _chosen(
    book: Book, facts: Facts, run: Run, node: Menu | Ask, choice: Choice
) -> walk.Walked | None:
    events: tuple[Event, ...] = ()
    if choice.language is not None:
        run = replace(run, language=choice.language)
        events = (LanguageChosen(choice.language),)
    if node.saves is not None and choice.value:
        run, answered = saved(book, run, node.saves, choice.value)
        events = (*events, *answered)
    return _gone(book, facts, run, choice.goes or node.goes, events)


def _told(
    book: Book, facts: Facts, run: Run, node: Ask, pressed: str, keyed: str
) -> walk.Walked | None:
    """An answer that was typed, not chosen. Places are only ever chosen."""
    typed = {"words": keying.words(keyed), "number": pressed if pressed.isdecimal() else ""}
    value = typed.get(node.kind, "")
    if not value:
        return None
    run, events = saved(book, run, node.saves, value)
    return _gone(book, facts, run, node.goes, events)


def _gone(
    book: Book, facts: Facts, run: Run, node: str | None, said: tuple[Event, ...] = ()
) -> walk.Walked:
    run, events = walk.goes(book, facts, run, node)
    return run, (*said, *events)


def _repeated(run: Run, stand: _Stand | None, limit: int) -> Screen:
    """The same page under one line that says it was not understood: the longer where it fits."""
    own, page = words(run.language), stand.page.text if stand else ""
    longer = f"{own.invalid}\n{page}"
    return _screen(longer if septets(longer) <= limit else f"{own.invalid_short}\n{page}")


def _screen(text: str, *, ends: bool = False) -> Screen:
    text = to_gsm7(text)
    return Screen(text, ends, septets(text))
