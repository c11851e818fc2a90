"""Loads the console's templates, catalogues and static files, and reads posted fields.

The module also selects the form fields that the console keeps if the session ends before the person sends the form.
Each language has its own Jinja environment. So the template function `_` translates a phrase into the page's language,
even in macros.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path

from babel.dates import format_date, format_datetime
from flask import url_for
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from hotline.console.routes import TABLES
from hotline.core.actors import SignedIn
from hotline.text.languages import CODES, NAMES
from hotline.text.places import FORMS
from hotline.text.time import KIGALI

SECRET = "secret_"
"""The prefix of the names of fields that the console never keeps: passwords, codes, phone numbers."""
FORM_KEY = "form_key"
"""The name of the hidden field that proves that a form belongs to the person's session."""
LONGEST = 4000
"""The maximum number of letters in a form field that has no limit of its own."""
Fields = Sequence[tuple[str, str]]
FormFaults = Mapping[str, str]
"""The errors of a form. Maps the id of each field that the person must correct to a sentence in the person's language.
"""


def number_of(typed: str, *, digits: int = 9, signed: bool = False) -> int | None:
    """Returns an integer with at most `digits` digits. A minus is allowed only if `signed` is True. Returns None for
    any other text."""
    plain = typed.removeprefix("-") if signed else typed
    return int(typed) if plain.isascii() and plain.isdecimal() and len(plain) <= digits else None


@dataclass(frozen=True, slots=True)
class PostedForm:
    """The fields of one posted form, in order. Several fields may have the same name. `repr` does not show the
    fields."""

    fields: Fields = field(default=(), repr=False)

    def text(self, name: str, *, most: int = LONGEST) -> str:
        """Returns a field's text without spaces at its ends, cut to `most` letters. The result is empty if the form
        has no such field."""
        for found, value in self.fields:
            if found == name:
                return value.replace("\r\n", "\n").strip()[:most]
        return ""

    def many(self, name: str) -> tuple[str, ...]:
        """Returns the values of a group of checkboxes."""
        return tuple(value for found, value in self.fields if found == name)

    def ticked(self, name: str) -> bool:
        return bool(self.text(name))

    def secret(self, name: str) -> str:
        """Returns a password or code exactly as it was typed. `name` is the field's name without the prefix."""
        return next((value for found, value in self.fields if found == SECRET + name), "")

    def kept(self) -> Fields:
        """Returns the fields that the next page may store as hidden fields, so that the person does not type them
        again. Leaves out passwords, codes and the form key."""
        return tuple(
            (name, value)
            for name, value in self.fields
            if name != FORM_KEY and not name.startswith(SECRET)
        )


HERE = Path(__file__).parent
STATIC = HERE / "static"
TEMPLATES = HERE / "templates"
STATISTICS_TEMPLATES = HERE.parent / "statistics" / "templates"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

Catalogue = Mapping[str, Mapping[str, str]]
"""The translations, by language and English text."""


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One static file (a style sheet, a script or an image) of the pages. Its name contains its digest, so that a
    browser may store it for a year."""

    name: str
    body: bytes
    kind: str


class Templates:
    """The templates of all languages, which render the pages. Several threads may use them at once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.files = _static_files()
        self._environments = {code: self._environment(code) for code in CODES}

    def say(self, language: str, phrase: str, **values: object) -> str:
        """Returns the translation of a phrase, with values in place of its `{placeholders}`. If the translation is
        missing, the result is in English."""
        words = self._words(language, phrase)
        # A text without values may be an error message of a service. A brace in this message starts no placeholder.
        return words.format_map(values) if values else words

    def draw(self, language: str, template: str, *, by: SignedIn | None, **values: object) -> str:
        """Renders a whole page. Every template also gets the values `by`, `key`, `menu`, `faults` and `language`."""
        key = Markup('<input type="hidden" name="{}" value="{}">')
        defaults = {
            "faults": {},
            "key": key.format(FORM_KEY, by.session_key) if by else Markup(),
            "menu": (),
            "bars": tuple,
            "counts": dict,
            "sample_marks": tuple,
        }
        loaded = self._environments[language].get_template(template)
        return loaded.render(defaults | values | {"by": by})

    def _environment(self, language: str) -> Environment:
        environment = Environment(
            loader=FileSystemLoader([TEMPLATES, STATISTICS_TEMPLATES]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.do"],
        )
        environment.globals.update(
            _=partial(self._marked, language),
            language=language,
            languages=NAMES,
            url_for=url_for,
            static=lambda name: url_for("entering.static", name=self.files[name].name),
            tables=TABLES,
        )
        environment.filters.update(
            said=lambda table: [(key, self.say(language, words)) for key, words in table.items()],
            when=partial(format_time, language),
            day=partial(format_day, language),
            clock=format_clock,
            form=FORMS.get,
            with_contents=with_contents,
            with_heads=with_heads,
        )
        environment.globals["f"] = environment.get_template("forms.html").module
        return environment

    def _marked(self, language: str, phrase: str, /, **values: object) -> Markup:
        """Returns the translated phrase for a template. Escapes the phrase and its values, except for values that are
        already `Markup`."""
        words = self._words(language, phrase)
        return escape(words).format(**values) if values else escape(words)

    def _words(self, language: str, phrase: str) -> str:
        return self._catalogue.get(language, {}).get(phrase) or phrase


LONG = 30
"""A page with at least this many lines can be longer than three screens of a phone. `LINES` says how to count the
lines."""
LINES = {"tr": 2, "label": 2, "h2": 2, "textarea": 3, "pre": 5, "svg": 10}
"""The number of lines that an HTML element takes on a phone. Elements that are not listed take one line."""
_PART = re.compile(r"<(tr|p|li|h2|h3|label|legend|summary|button|textarea|pre|svg)\b")
_TAG = re.compile(r'<span class="tag.*?</span>')
_ROW = re.compile(r"<tr\b.*?</tr>", re.S)
_CELL = re.compile(r"<(t[hd])\b([^>]*)>(.*?)</\1>", re.S)
_HEADING = re.compile(r"<(h2|caption|legend)\b([^>]*)>(.*?)</\1>", re.S)


_NOTICES = re.compile(r'\s*(?:<(p|div) class="notice.*?</\1>\s*)*', re.S)


def with_contents(body: Markup) -> tuple[Markup, Sequence[tuple[str, Markup]], Markup]:
    """Splits a page at the place for a table of contents, and returns three parts. The first part has the notices at
    the start of the page, because a notice may warn of danger. The second part has the headings for the table of
    contents, each with its id. The third part is the rest of the page, in which each of these headings has its id.

    The table of contents lists the headings of sections. If there are few sections, the table also lists the headings
    of tables. For a form without sections, the table lists the headings of the groups of fields. Four kinds of pages
    get no table of contents: a short page, a page of one section, a page of texts to review, and a page that already
    links to its sections.
    """
    lines = sum(LINES.get(tag, 1) for tag in _PART.findall(body))
    if lines < LONG or 'class="sums"' in body or '<section class="text" id="t-' in body:
        return Markup(), (), body
    count = len(re.findall("<h2", body))
    tags = (
        ("h2", "caption" if count < 4 else "")
        if count + body.count("<caption") > 1
        else ("h2", "legend")
    )
    found: dict[Markup, str] = {}

    def named(heading: re.Match[str]) -> str:
        tag, attributes, content = heading.groups()
        words = Markup(_TAG.sub("", content)).striptags()
        if tag not in tags or escape(words) in found or "to-fix" in attributes:
            return heading[0]
        id_match = re.search(r'\bid="([^"]+)"', attributes)
        found[escape(words)] = id = id_match[1] if id_match else f"section-{len(found) + 1}"
        return heading[0] if id_match else f'<{tag}{attributes} id="{id}">{content}</{tag}>'

    body = Markup(_HEADING.sub(named, body))
    headings = [(id, words) for words, id in found.items()] if len(found) > 1 else ()
    notices = _NOTICES.match(body)
    first = notices.end() if notices else 0
    return body[:first], headings, body[first:]


def with_heads(rows: Markup, heads: Sequence[str | tuple[str, str]]) -> Markup:
    """Returns the rows of a table, and adds to each filled cell the heading of its column. On a narrow screen, the cell
    shows this heading.
    """
    words = [head if isinstance(head, str) else head[0] for head in heads]

    def headed(row: re.Match[str]) -> str:
        columns = iter(words)

        def named(cell: re.Match[str]) -> str:
            tag, attributes, content = cell.groups()
            head = next(columns, "")
            if tag == "th" or not content.strip():
                return cell[0]
            return f'<td{attributes} data-head="{escape(head)}">{content}</td>'

        return _CELL.sub(named, row[0])

    return Markup(_ROW.sub(headed, rows))


def _static_files() -> Mapping[str, StaticFile]:
    """Returns the static files, by the name with which templates refer to them."""
    found = {}
    for path in sorted(STATIC.iterdir()):
        body = path.read_bytes()
        digest = hashlib.sha256(body).hexdigest()[:12]
        name = f"{path.stem}.{digest}{path.suffix}"
        found[path.name] = StaticFile(name, body, KINDS[path.suffix])
    return found


def format_time(language: str, at: datetime) -> str:
    """Formats a time as the date and the time of day in Kigali."""
    local_time = at.astimezone(KIGALI)
    return format_datetime(local_time, "d MMMM y, HH:mm", locale=language)


def format_day(language: str, on: date) -> str:
    return format_date(on, "d MMMM y", locale=language)


def format_clock(at: datetime) -> str:
    """Formats a time of day in Kigali, without the day."""
    return f"{at.astimezone(KIGALI):%H:%M}"
