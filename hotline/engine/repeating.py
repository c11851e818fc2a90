"""Shows a page again after a key that means nothing there, under one line that names the keys that work. Pure.

The line takes what room the page leaves. Its shortest forms fit into what `screen.py` holds back on every page.
"""

from collections.abc import Iterator, Sequence

from hotline.engine.flow import Ask, Menu, Say
from hotline.engine.page_cache import screen_of
from hotline.engine.screen import Page, Screen
from hotline.engine.view import View, Waiting
from hotline.engine.words import Words, words
from hotline.text.gsm7 import septets

FIRST_KEY, MORE = "1", "9"


def only_way_on(node: Waiting, seen: View, page: Page) -> str | None:
    """Returns the key of the one way on from a page, where `1` means it too; None where there is another or none.

    Where something is typed, `1` is an answer. Where a choice is kept as an answer, only its own key gives it.
    """
    if isinstance(node, Ask) and node.kind != "place":
        return None
    if goes_on(node, page):
        return None if page.keys else MORE
    if isinstance(node, Menu) and len(page.keys) == 1:
        ((key, at),) = page.keys.items()
        is_answer = node.saves is not None and bool(seen.choices[at].value)
        return None if is_answer else key
    return None


def goes_on(node: Waiting, page: Page) -> bool:
    """Returns whether `9` turns this page, or leads on from the last page of a message."""
    return page.more or (isinstance(node, Say) and node.goes is not None)


def repeated(node: Waiting, seen: View, page: Page, language: str, limit: int) -> Screen:
    """Returns the same page under the longest line that fits."""
    own = words(language)
    fitting = (
        line
        for line in _lines(node, seen, page, own)
        if septets(line) + 1 + septets(page.text) <= limit
    )
    return screen_of(f"{next(fitting, own.invalid_short)}\n{page.text}")


def _lines(node: Waiting, seen: View, page: Page, own: Words) -> Iterator[str]:
    """The line in every length, the longest first."""
    typed, keys = _typed(node, own), _working(node, seen, page)
    out = ("0", "00") if seen.layout.ways else ()
    leads_on = [typed] if typed else [*_runs(keys, shortest=3)]
    verb = "" if typed else f"{own.press} "
    if leads_on or out:
        every = f"{verb}{', '.join((*leads_on, *out))}"
        yield f"{own.invalid} {every}."
        yield every
    if leads_on:
        yield f"{verb}{', '.join(leads_on)}"
    if not typed and (keys or out):
        yield " ".join([*_runs(keys, shortest=2)] or out)


def _typed(node: Waiting, own: Words) -> str:
    """What a question asks to type; empty where a page has keys of its own."""
    match node:
        case Ask(kind="words"):
            return own.write
        case Ask(kind="number"):
            return f"{own.press} {own.digits}"
        case Ask(kind="pin", digits=count):
            return f"{own.press} {own.count_of_digits.format(count=count)}"
        case _:
            return ""


def _working(node: Waiting, seen: View, page: Page) -> Sequence[str]:
    """The digits that lead on from a page: its choices, `9`, and `1` where that means the same."""
    keys = {*page.keys}
    if goes_on(node, page):
        keys.add(MORE)
    if only_way_on(node, seen, page) is not None:
        keys.add(FIRST_KEY)
    return sorted(keys)


def _runs(keys: Sequence[str], *, shortest: int) -> Iterator[str]:
    """Digits in a row as `1-5`, if there are at least `shortest`; the others one by one."""
    row: list[str] = []
    for key in (*keys, ""):
        if row and (not key or int(key) != int(row[-1]) + 1):
            yield from [f"{row[0]}-{row[-1]}"] if len(row) >= shortest else row
            row = []
        row.append(key)
