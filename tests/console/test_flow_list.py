"""The list of flows: how far each is, what hurts, which open changes edit it, and who changed it last."""

import re
from html import unescape

from hotline.domain.accounts.account import AccountRole
from hotline.services.flows import flow_states
from hotline.services.flows.authoring import live_document
from tests.console.conftest import Tab
from tests.console.writing import FLOW, Writing, writing

__all__ = ["writing"]


def cells(tab: Tab, flow: str = FLOW) -> list[str]:
    """The words of a flow's row."""
    rows = re.findall(r"<tr>(.*?)</tr>", tab.get("/flows").text, re.S)
    (row,) = [one for one in rows if f'href="/flows/{flow}"' in one]
    found = re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.S)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in found]


def test_a_flow_says_how_far_it_is_and_who_changed_it_last(writing: Writing) -> None:
    name, _, rw, _, en, mend, opens, last = cells(writing.editor)
    assert (name, mend, opens) == (FLOW, "being checked", "")
    assert re.fullmatch(r"0 of \d+ \d+ not read", rw)
    assert re.fullmatch(r"0 of \d+ \d+ not read", en)
    assert last.startswith("the line, ")

    flow_states.flow_states(writing.desk.kit, live_document(writing.desk.kit.database))
    assert "being checked" not in cells(writing.editor)[5]
    writing.published()
    change = writing.opened("Other words")
    writing.says(change, "Ntukishyure.")
    row = cells(writing.editor)
    assert row[6] == "Other words"
    assert row[7].startswith("Editor 1, ")
    assert cells(writing.editor, "front")[7].startswith("the line, ")


def test_a_desk_reads_the_list_without_changes(writing: Writing) -> None:
    tab = writing.desk.tab(AccountRole.DESK)
    writing.says(writing.opened("Other words"))
    page = tab.get("/flows").text
    assert "Other words" not in page
    assert "/words/" not in page
    assert "Open in a change" not in tab.get(f"/flows/{FLOW}").text
    page = writing.editor.get(f"/flows/{FLOW}").text
    assert "Open in a change" in page
    assert f'href="/changes/new?flow={FLOW}"' in page
    assert re.search(r'href="/changes/1/flows/learn/[^"]+">Other words</a> <span[^>]+>edits', page)
