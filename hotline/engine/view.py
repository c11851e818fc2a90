"""Builds what a node shows in a conversation: its text, and the meaning of each choice. Pure.

Conditions read only the answers of this report attempt and the facts of the session.

Texts may contain a fixed set of placeholders for values that no flow can know.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from hotline.engine.flow import Ask, Book, Choice, Condition, Finish, Lead, Menu, Node, Say, Text
from hotline.engine.run import Facts, Place, Run
from hotline.engine.screen import MOST_LINES, NARROWEST, NUMBERS, Button, Layout
from hotline.engine.words import words
from hotline.text.languages import FIRST, LANGUAGES

WIDEST: Mapping[str, str] = {
    "receipt": "000 000 000",
    "certificate": "WWWW WWWW WWWW",
    "open": "99",
    "urgent": "99",
    "ref": "K7Q4CA",
    "place": "Nyarugenge",
    "found": "Grande Barriere: Nyamasheke, Iburengerazuba",
    "time": "25/11 14:05",
    "who": "Wwwwwwwww Wwwwwwwwww",
    "outcome": "aide en place",
    "asked": "aide en place",
    "owed": "1 umukobwa: igisubizo, 2 umugore: ubufasha",
    "page": "-",
    "last": "25/11 14:05 (9999 times)",
}
"""Allowed placeholders, each with its widest value. The check measures with it."""
FOUND = "{found}"
"""Placeholder for the name of a list's only place, in the question about that place."""
ABOUT = "work_case"
"""Answer that identifies the case of a screen. `{place}` is then `place.K7Q4` of the session's words."""
_BRACED = re.compile(r"\{(\w*)\}")


def named(text: str) -> tuple[str, ...]:
    """Returns the names of all placeholders in a text, allowed or not."""
    return tuple(_BRACED.findall(text)) if "{" in text else ()


def filled(text: str, words: Mapping[str, str], about: str = "") -> str:
    """Returns the text with its placeholders filled in.

    Values about the case come first. Unknown names become empty.
    """
    if "{" not in text:
        return text

    def word(found: re.Match[str]) -> str:
        own = words.get(f"{found[1]}.{about}") if about else None
        return words.get(found[1], "") if own is None else own

    return _BRACED.sub(word, text)


Waiting = Say | Menu | Ask
"""Nodes that show a screen and wait for the caller. Other nodes are passed through."""


class View(NamedTuple):
    layout: Layout
    choices: tuple[Choice, ...] = ()
    """Choices of the layout's buttons, in the same order."""


def node_at(book: Book, place: Place) -> Node | None:
    flow = book.flows.get(place.flow)
    return flow.nodes.get(place.node) if flow else None


def holds(condition: Condition | None, run: Run, facts: Facts) -> bool:
    """Returns True if the condition holds.

    A condition on an answer without `values` tests only that it was given. The name of a flag may contain an answer:
    `quicker.{case}`.
    """
    if condition is None:
        return True
    if condition.flag is not None:
        named = list_name(condition.flag, run.answers)
        return facts.flags.get(named, False) is not condition.negated
    given = run.answers.get(condition.answer or "")
    is_one = given is not None and (not condition.values or given in condition.values)
    return is_one is not condition.negated


def view(book: Book, node: Waiting | Finish, run: Run, facts: Facts) -> View:
    """Returns the node as this caller sees it."""
    if isinstance(node, Finish):
        text = filled(said(node.text or {}, run.language), facts.words, run.answers.get(ABOUT, ""))
        return View(Layout(text, more=""))

    asked, choices = _asked(book, node, run, facts)
    leads = [said(lead.text, run.language) for lead in shown_leads(node, run, facts)]
    own, flow = words(run.language), book.flows.get(run.calls[-1].flow)
    # In a report, lists are cut into pages that a narrow phone shows.
    is_cut = isinstance(node, Ask) and node.kind == "place" and flow is not None and flow.gathers
    text = filled(asked, facts.words, run.answers.get(ABOUT, ""))
    layout = Layout(
        # A conditional text is on its own line, unless it ends in a colon.
        text="".join((*(f"{one} " if one.endswith(":") else f"{one}\n" for one in leads), text)),
        question=text.strip().rpartition("\n")[2] if choices else "",
        buttons=tuple(
            Button(
                said(one.label, run.language),
                one.key,
                one.same_line,
                one.every_page,
                # A choice after a list is never alone on a page. A place of the list is on the same page.
                isinstance(node, Ask) and node.list is not None and one in node.choices,
            )
            for one in choices
        ),
        note=said(node.note or {}, run.language) if isinstance(node, Menu) else "",
        tail=f"9 {own.more}" if isinstance(node, Say) and node.goes is not None else "",
        more=f"9 {own.more}",
        ways=_ways_out(book, node, run),
        lines=MOST_LINES if is_cut else None,
    )
    return View(layout, choices)


def shown_leads(node: Waiting, run: Run, facts: Facts) -> tuple[Lead, ...]:
    return tuple(lead for lead in node.leads if all(holds(when, run, facts) for when in lead.whens))


def _asked(book: Book, node: Waiting, run: Run, facts: Facts) -> tuple[str, tuple[Choice, ...]]:
    """Returns the question and its choices. A list with one place or none has its own question."""
    choices, text = shown_choices(book, node, run, facts), node.text
    if not isinstance(node, Ask) or node.list is None:
        return said(text, run.language), choices
    places = [choice for choice in choices if choice not in node.choices]
    if not places and node.none is not None:
        return said(node.none, run.language), choices
    if len(places) == 1 and node.one is not None:
        (place,) = places
        asked = said(node.one, run.language).replace(FOUND, said(place.label, run.language))
        yes = replace(place, label={run.language: words(run.language).yes})
        return asked, (yes, *choices[1:])
    return said(text, run.language), choices


def shown_choices(book: Book, node: Waiting, run: Run, facts: Facts) -> tuple[Choice, ...]:
    """Returns the menu's choices whose condition holds, or the places of a list and the choices after them."""
    if isinstance(node, Say):
        return ()
    written = tuple(choice for choice in node.choices if holds(choice.when, run, facts))
    if isinstance(node, Menu):
        return (*written, *(_languages(run) if node.languages else ()))
    if node.list is None:
        return written
    name = list_name(node.list, run.answers)
    listed = facts.lists.get(name) or book.lists.get(name, ())
    return (*(Choice(option.label, option.value) for option in listed), *written)


def _languages(run: Run) -> tuple[Choice, ...]:
    """Returns the other languages, in their own names, on the highest keys. Choosing one shows the same place again."""
    others = [language for language in LANGUAGES if language.code != run.language]
    return tuple(
        Choice(
            dict.fromkeys([run.language, FIRST], other.name),
            goes=run.calls[-1].node,
            key=key,
            language=other.code,
        )
        for key, other in zip(NUMBERS[-len(others) :], others, strict=True)
    )


def said(text: Text, language: str) -> str:
    """Returns a text in `language`, or in the first language, or empty. The check finds missing languages."""
    return text.get(language) or text.get(FIRST, "")


def list_name(pattern: str, answers: Mapping[str, str]) -> str:
    """Returns the name of a list or flag with its answers filled in: `districts.{province}`."""
    if "{" not in pattern:
        return pattern
    return re.sub(r"\{(\w+)\}", lambda found: answers.get(found[1], ""), pattern)


def list_answers(pattern: str) -> tuple[str, ...]:
    """Returns the names of the answers in a list's name."""
    return tuple(re.findall(r"\{(\w+)\}", pattern))


def _ways_out(book: Book, node: Waiting, run: Run) -> tuple[str, ...]:
    """Returns the line with `0` and `00` in each wording, longest first. Every page shows it.

    The front has no such line, because the keys lead there. Where a question may be skipped, `0` skips it.
    """
    if at_front(book, run):
        return ()
    own = words(run.language)
    back = (own.back, own.back_short)
    if isinstance(node, Ask) and node.skip is not None:
        back = (said(node.skip, run.language),) * 2
    ways: dict[str, None] = {}
    for word in back:
        line, home = f"0 {word}", f"00 {own.home}"
        # Uses a second line where a narrow phone would separate a key from its word. A line break costs the same as a
        # blank.
        gap = " " if len(f"{line} {home}") <= NARROWEST else "\n"
        ways[f"\n{line}{gap}{home}"] = None
    return tuple(ways)


def at_front(book: Book, run: Run) -> bool:
    here = run.calls[-1]
    flow = book.flows.get(book.front)
    return flow is not None and here.flow == flow.name and here.node == flow.start


def shows_word(book: Book, run: Run, word: str) -> bool:
    """Returns True if the text of the current node has a placeholder for this word."""
    node = node_at(book, run.calls[-1])
    return isinstance(node, Waiting) and word in named(said(node.text, run.language))


def gathers(book: Book, run: Run, what: str) -> bool:
    """Returns True if the caller is inside a flow that makes this kind of report."""
    here = (book.flows.get(place.flow) for place in run.calls)
    return any(flow is not None and flow.gathers == what for flow in here)
