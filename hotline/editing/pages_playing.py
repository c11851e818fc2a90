"""Makes a file that plays a draft in a browser without a server. It is for partners who have no account."""

import hashlib
import json
from base64 import b64encode

from flask import Response
from markupsafe import Markup

from hotline.console.visit import Visit, attachment, page
from hotline.counters.service import day_of
from hotline.editing import service_drafts
from hotline.editing.rules_playing import played_screens
from hotline.text.languages import CODES
from hotline.text.phrases import phrase

DRAFT = phrase("DRAFT. This is not the hotline.")
SENTENCES = {
    "label": phrase("Key or answer"),
    "send": phrase("Press key"),
    "again": phrase("Dial again"),
    "stored": phrase("This preview stores nothing."),
    "over": phrase("The call has ended."),
    "beyond": phrase("The next screen is not in this file."),
}


def play(visit: Visit, draft_id: int) -> Response:
    """Sends the file. Its name contains the draft's digest, so that a comment finds its version."""
    gathered, flow_set = service_drafts.flow_set_to_play(visit.context, draft_id)
    live, today = visit.context.flow_sets.get(gathered.live_id), day_of(visit.context.now())
    shown = [digits for digits, number in live.numbers.items() if number.shows(today)]
    say = visit.templates.say
    data = {
        "screens": played_screens(flow_set, shown),
        "said": {
            code: {name: say(code, each) for name, each in SENTENCES.items()} for code in CODES
        },
    }
    style, script = (visit.templates.files[name].body for name in ("play.css", "play.js"))
    drawn = page(
        visit,
        "playing.html",
        title=gathered.change.title,
        version=gathered.version,
        warnings={code: say(code, DRAFT) for code in CODES},
        data=Markup(json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")),
        style=Markup(style.decode()),
        script=Markup(script.decode()),
        digests=[_digest(one) for one in (style, script)],
    )
    return attachment(drawn.data, f"draft-{gathered.version}.html", "text/html; charset=utf-8")


def _digest(body: bytes) -> str:
    return f"sha256-{b64encode(hashlib.sha256(body).digest()).decode()}"
