"""Shows news and comments about drafts, and the drafts that wait for an approver, on the
page Today."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import url_for

from hotline.cases.pages import format_span
from hotline.console import role_groups
from hotline.console.form import number_of
from hotline.console.role_groups import table
from hotline.console.visit import Visit
from hotline.editing import pages_draft_reading, pages_drafts, service_news, service_publish
from hotline.editing.rules_drafts import NewsKind
from hotline.editing.service_drafts import ChangeRow
from hotline.editing.service_news import COMMENT_LETTERS
from hotline.editing.tables_news import DraftNews
from hotline.text.languages import NAMES

KINDS = table("news_kinds")


def today_values(visit: Visit) -> Mapping[str, Any]:
    """Returns what the page Today shows about drafts. The page's address names the news or draft that it shows."""
    opened, draft_id = number_of(visit.asked("news")), number_of(visit.asked("draft"))
    found, now = service_news.news_of(visit.context, visit.by, opened), visit.context.now()
    waiting = {row.id: row for row in found.waiting}
    values: Mapping[str, Any] = {}
    if draft_id in waiting:
        seen = service_publish.draft_to_read(visit.context, draft_id)
        comments = pages_drafts.comment_values(visit, seen.made.gathered.change)
        values = {**comments, **pages_draft_reading.review_values(visit, seen)}
    return {
        "news": [(row, change, *_described(visit, row, change)) for row, change in found.news],
        "waiting": waiting.values(),
        "has_address": found.has_address,
        "opened": opened,
        "opened_draft": draft_id if draft_id in waiting else None,
        "age": lambda at: format_span(visit, now - at),
        "may_submit": visit.may(role_groups.EDITOR),
        "most": COMMENT_LETTERS,
        **values,
    }


def _described(visit: Visit, row: DraftNews, change: ChangeRow) -> tuple[str, str, bool]:
    """Returns the sentence of a piece of news, the address that it is about, and True if it can be answered."""
    text = row.text
    if row.kind == NewsKind.APPROVED:
        text = visit.when(datetime.fromisoformat(text))
    elif row.kind == NewsKind.STALE:
        text = ", ".join(NAMES.get(code, code) for code in text.split())
    sentence = visit.say(KINDS[row.kind], by=row.made_by, text=text)
    address = url_for("changes.show", draft_id=change.id)
    if row.kind == NewsKind.STALE:
        address = url_for("words.one", language=row.text.split()[0], state="stale")
    elif row.node and change.is_editable:
        where = pages_drafts.editor_address(visit, change.id, row.flow, row.node)
        address = where or address
    answered = row.kind in (NewsKind.COMMENT, NewsKind.SENT_BACK)
    return sentence, address, answered and row.made_by_id is not None
