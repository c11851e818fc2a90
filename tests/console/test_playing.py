"""Tests the file in which a draft can be tried without a server: the file shows the same screens as the hotline, and
contains only verified phone numbers.
"""

import random
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from hotline.core.actors import AccountRole
from hotline.editing import service_drafts
from hotline.editing.rules_preview import (
    END,
    ON,
    Assumptions,
    PlayedScreen,
    dotted,
    playable_part,
    played_screens,
    preview,
    with_flow,
)
from hotline.flows.flow import number_flag, numbers_named
from tests.console.browsing import NARROW
from tests.console.writing import Writing, writing
from tests.flows.books import LEARN, make_book, make_flow
from tests.support.made_once import shipped_book

__all__ = ["writing"]

DAY = date(2026, 12, 1)
MARKS = (
    "UMUSHINGA. Si umurongo nyawo.",
    "DRAFT. This is not the hotline.",
    "BROUILLON. Pas la vraie ligne.",
)
WRITTEN = "Hamagara 112, 0788 123 456. </script><script>"
SHOWN = "Hamagara 112, .... ... .... </script><script>"


def played(screens: list[PlayedScreen], keys: list[str]) -> Iterator[str]:
    """Presses the keys and yields the text after each key. Reads the data in the same way as the script in the file."""
    now, before = screens[0], list[PlayedScreen]()
    yield now.text
    for key in keys:
        if now.ends:
            return
        number, step = now.ways.get(key, (END, ""))
        if not step and key == "0" and before:
            spot, code = before.pop().spot, now.language
            now = next(one for one in screens if (one.spot, one.language) == (spot, code))
        elif not step and key != "0":
            yield f"{now.wrong}\n{now.text}"
            continue
        else:
            number, step = (number, step) if step else now.ways["00"]
            kept = {"keep": before, "push": [*before, now], "only": [now], "clear": []}
            now, before = screens[number], kept[step]
        yield now.text


def test_downloaded_preview_plays_like_the_hotline() -> None:
    book = shipped_book()
    every = numbers_named(book)
    screens, walks = played_screens(book, every), random.Random(1)
    supposed = Assumptions(flags=ON | {number_flag(digits): True for digits in every})
    for _ in range(20):
        keys = walks.choices(("0", "00", *"123456789"), weights=(8, 1, 8, 8, *(3,) * 6, 8), k=25)
        seen = preview(book, keys, language="rw", today=DAY, supposed=supposed).screens
        assert [*played(screens, keys)] == [one.text for one in seen], keys


def test_preview_stops_at_missing_screen_and_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    unfinished = make_flow(name="learn", nodes={"one": LEARN["one"]})
    book = with_flow(make_book(), playable_part(unfinished, "learn"))
    lesson = next(one for one in played_screens(book, ()) if one.text.startswith("First lesson"))
    assert lesson.ways["9"][0] == END
    monkeypatch.setattr("hotline.editing.rules_preview.MOST_SCREENS", 5)
    assert len(played_screens(make_book(), ())) == 5


def test_unverified_numbers_are_dots() -> None:
    assert dotted("112, 3029, 07-88-12", {"112"}) == "112, ...., ..-..-.."
    assert dotted("112 3029. 1 Yes, 12 No", {"112"}) == "112 ..... 1 Yes, 12 No"
    assert dotted("000 000 000", ()) == "000 000 000"


def test_preview_file_is_for_editors_and_named_by_digest(
    writing: Writing,
) -> None:
    change = writing.wrote(WRITTEN)
    gathered, _ = service_drafts.flow_set_to_play(writing.desk.context, change)
    where = f"/changes/{change}/play"
    for tab in (writing.editor, writing.approver):
        answer = tab.get(where)
        name = f"draft-{gathered.own_digest[:12]}.html"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        listed = tab.read(f"/changes/{change}")
        assert where in listed
        assert gathered.own_digest[:12] in listed
    file = answer.text
    assert all(mark in file for mark in MARKS)
    assert "0788" not in file
    assert file.count("</script>") == 2
    assert re.search(r"\son\w+=|https?:|/static/|href=", file) is None
    assert writing.desk.tab(AccountRole.AUDITOR).get(where).status_code == 404
    assert writing.desk.tab(AccountRole.TRANSLATOR).get(where).status_code == 404
    assert writing.desk.outside().get(where).status_code == 303
    writing.says(change, "Ntukishyure.")
    assert name not in str(writing.editor.get(where).headers)


@pytest.mark.browser
def test_preview_file_plays_by_keyboard_alone(
    writing: Writing, chromium: Browser, tmp_path: Path
) -> None:
    change = writing.wrote(WRITTEN)
    file = tmp_path / "draft.html"
    file.write_bytes(writing.editor.get(f"/changes/{change}/play").data)
    page = chromium.new_page(viewport=NARROW)
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.as_uri())
    screen, note = page.locator("#screen"), page.locator("#note")

    def keys(*pressed: str) -> None:
        for one in pressed:
            page.keyboard.type(one)
            page.keyboard.press("Enter")

    expect(screen).to_contain_text("Welcome rw")
    keys("1")
    expect(screen).to_contain_text(SHOWN)
    keys("4")
    expect(screen).to_contain_text("Ibyo uhisemo sibyo. Kanda 1, 9, 0, 00.")
    keys("9")
    expect(screen).to_contain_text("Second lesson rw")
    keys("0")
    expect(screen).to_contain_text(SHOWN)
    keys("00", "5")
    expect(note).to_have_text("Nta kibikwa.")
    page.get_by_role("button", name="English").click()
    expect(screen).to_contain_text("Danger? en")
    keys("2", "3", "5", "1", "1")
    expect(screen).to_contain_text("Goodbye en")
    expect(note).to_have_text("The call has ended.")
    for mark in MARKS:
        expect(page.locator(".handset")).to_contain_text(mark)
    assert wrong == []
    page.close()
