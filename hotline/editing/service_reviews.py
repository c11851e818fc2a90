"""Reads and writes who reviewed each text, for `reviews.csv` and for the pages of texts.

Also lists the phone numbers and desk questions that callers can see today, and says which numbers and questions need a
new review.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, replace
from datetime import date, timedelta
from pathlib import Path

from hotline.alarms.rules import CheckResult, check_result
from hotline.core.contexts import Context, reads
from hotline.core.documents import Document
from hotline.editing import tables
from hotline.editing.rules_drafts import Author
from hotline.flows.flow import (
    EMERGENCY,
    Evidence,
    FlowSet,
    QuestionStatus,
    numbers_named,
    questions,
)
from hotline.flows.rules_reviews import (
    ENGLISH,
    ReviewedText,
    ReviewState,
    Signature,
    state_of,
    texts_of,
    valid_signatures,
)
from hotline.text.errors import ImportRefused, NotReady, StoreUnavailable

REVIEWS = "reviews.csv"
COLUMNS = ("place", "language", "digest", "by", "on")


def read_signatures(folder: Path) -> tuple[Signature, ...]:
    """Reads the reviews of texts from a folder of flow files. Raises ImportRefused if the file is invalid."""
    path = folder / REVIEWS
    if not path.exists():
        return ()
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
        return tuple(
            Signature(
                row["place"],
                row["language"],
                row["digest"],
                row["by"],
                date.fromisoformat(row["on"]),
            )
            for row in rows
        )
    except (KeyError, TypeError, ValueError):
        raise ImportRefused([f"{REVIEWS}: must have {','.join(COLUMNS)}, each row whole"]) from None


def overstated_files(document: Document, signatures: Sequence[Signature]) -> Iterator[str]:
    """Yields flow files that call a language `reviewed` although some texts in this language changed or were not
    reviewed."""
    for name, flow in document["flows"].items():
        for language, said in flow["review"].items():
            states = {state_of(text, language, signatures) for text in texts_of({name: flow})}
            if said == ReviewState.REVIEWED and not states <= {ReviewState.REVIEWED}:
                yield (
                    f"{name}.yaml: says that {language} is reviewed, and not every text of it is: the page Words"
                )


def write_signatures(folder: Path, signatures: Iterable[Signature]) -> Path:
    """Writes all reviews to `reviews.csv`."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(sorted(map(astuple, signatures)))
    path = folder / REVIEWS
    path.write_text(sheet.getvalue(), encoding="utf-8")
    return path


all_signatures = reads(tables.all_signatures)
english_read = reads(tables.english_read)


def moved_signatures(
    before: Document, after: Document, signed: Sequence[Signature]
) -> Sequence[Signature]:
    """Returns the reviews of moved texts, with the new places of these texts. A change moved these texts within their
    flow.

    The place of a text contains its row number. Without this function, a choice that moves up would lose its reviews.
    """
    if not signed:
        return []
    old, new = before["flows"], after["flows"]
    changed = [name for name in new if name in old and new[name] != old[name]]
    known = {(one.place, one.language, one.digest) for one in signed}
    by_words: dict[tuple[str, str, str], list[Signature]] = {}
    for text in texts_of({name: old[name] for name in changed}):
        for one in (one for code in text.words for one in valid_signatures(text, code, signed)):
            by_words.setdefault((_flow(text.place), one.language, one.digest), []).append(one)
    found: list[Signature] = []
    for text in texts_of({name: new[name] for name in changed}):
        for language in text.words:
            digest = text.digest(language)
            if (text.place, language, digest) not in known:
                moved = by_words.get((_flow(text.place), language, digest), ())
                found += [replace(one, place=text.place) for one in moved]
    return found


def _flow(place: str) -> str:
    return place.partition(".")[0]


def sign(context: Context, by: Author, texts: Sequence[ReviewedText], language: str) -> int:
    """Records that a person reviewed these texts in their current form. Returns the number of new reviews."""
    today = context.now().date()
    with context.database.writing() as session:
        before = tables.all_signatures(session, language)
        new = [
            Signature(text.place, language, text.digest(language), by.name, today)
            for text in texts
            if by.name.casefold()
            not in {s.by.casefold() for s in valid_signatures(text, language, before)}
        ]
        read = {text.place: text.words.get(ENGLISH, "") for text in texts}
        return tables.store_signatures(session, new, read)


NOTICE_PERIOD = timedelta(days=30)
"""`hotline doctor` warns the operator this long before a number's confirmation or a question's approval ends."""


def check_reviews(context: Context) -> Sequence[CheckResult]:
    """Returns the results of `hotline doctor` about phone numbers and desk questions whose reviews have expired or
    expire soon."""
    try:
        flow_set = context.flow_sets.get(context.flow_sets.live())
    except (NotReady, StoreUnavailable):
        return [CheckResult(name, True, "no flows are live") for name in ("numbers", "questions")]
    today = context.now().date()
    return [_numbers(flow_set, today), _questions(flow_set, today)]


def _numbers(flow_set: FlowSet, today: date) -> CheckResult:
    """Returns the result of `hotline doctor` about phone numbers whose confirmation has expired or expires soon.

    The result is more serious for the emergency number, because screens still show that number after its confirmation
    expires.
    """
    named = numbers_named(flow_set)
    ends = {
        digits: number.until
        for digits, number in flow_set.numbers.items()
        if digits in named and number.until is not None and number.evidence is Evidence.VERIFIED
    }
    late = [digits for digits, until in ends.items() if until - today <= NOTICE_PERIOD]
    return check_result(
        "numbers",
        f"{', '.join(late)} must be confirmed again: {_effect(ends, late)}" if late else None,
        f"{', '.join(ends) or 'none'} may be shown",
        "have it signed, confirm it in the console or numbers.csv, and publish that",
        level=2 if EMERGENCY in late and ends[EMERGENCY] < today else 1,
    )


def _effect(ends: Mapping[str, date], late: Sequence[str]) -> str:
    """Describes the effect on screens when the confirmation of numbers expires. Screens stop showing a number without a
    valid confirmation, except the emergency number."""
    go = [ends[digits] for digits in late if digits != EMERGENCY]
    says = [f"shown until {min(go):%Y-%m-%d} at most"] if go else []
    if EMERGENCY in late:
        says.append(f"{EMERGENCY} stays on the screens, signed until {ends[EMERGENCY]:%Y-%m-%d}")
    return "; ".join(says)


def _questions(flow_set: FlowSet, today: date) -> CheckResult:
    """Returns the result of `hotline doctor` about desk questions whose review has expired or expires soon."""
    listed = questions(flow_set).values()
    shown = [one for one in listed if one.standing(today) is QuestionStatus.SHOWS]
    fresh = [one for one in shown if one.until is not None and one.until - today > NOTICE_PERIOD]
    lapsing = [one.name for one in listed if one.until is not None and one not in fresh]
    return check_result(
        "questions",
        f"{', '.join(lapsing)} must be signed again: over or changed, or within {NOTICE_PERIOD.days} days"
        if lapsing
        else None,
        f"{len(shown)} may be asked back",
        "have it signed, write it into questions.yaml, and publish: `hotline upgrade`",
    )
