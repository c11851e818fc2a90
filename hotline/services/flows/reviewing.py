"""What native readers agreed to: judged like any other change, then written into the flow files and signed for."""

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hotline.domain.flows.review import (
    ReviewedText,
    ReviewState,
    Signature,
    state_of,
    texts_of,
)
from hotline.domain.flows.sheet import AGREED, RowRefused, SheetRow, SheetRowFault
from hotline.errors import ImportRefused

REVIEWS = "reviews.csv"
COLUMNS = ("place", "language", "digest", "by", "on")


@dataclass(frozen=True, slots=True)
class ReviewTaken:
    """What became of a sheet."""

    accepted: Sequence[ReviewedText]
    """As they stand now."""
    changed: Collection[str]
    """Their places, where the words are new."""
    refused: Sequence[RowRefused]
    waiting: int
    """Rows that nobody has agreed to yet."""


def read_signatures(folder: Path) -> tuple[Signature, ...]:
    """Who signed what. Raises ImportRefused where somebody broke the file."""
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


def weigh(
    rows: Iterable[SheetRow], texts: Mapping[str, ReviewedText], language: str, faults: "Faults"
) -> ReviewTaken:
    """Which rows can be taken: agreed to, made of what still stands, and with nothing wrong about their words."""
    refused, agreed, waiting = [], dict[str, tuple[SheetRow, ReviewedText]](), 0
    for row in rows:
        fault = _fault(row, texts.get(row.place), language, seen=row.place in agreed)
        if fault:
            refused.append(RowRefused(row, fault.value, fault))
        elif not row.agreed:
            waiting += 1
        else:
            agreed[row.place] = row, texts[row.place].saying(language, row.words)

    while wrong := faults({place: text for place, (_, text) in agreed.items()}):
        for place, reason in wrong.items():
            row, _ = agreed.pop(place)
            refused.append(RowRefused(row, reason))
    accepted = [text for _, text in agreed.values()]
    changed = {text.place for text in accepted if text != texts[text.place]}
    return ReviewTaken(accepted, changed, refused, waiting)


Faults = Callable[[Mapping[str, ReviewedText]], Mapping[str, str]]
"""Of texts by place those that cannot be taken, with the reason."""


def _fault(
    row: SheetRow, text: ReviewedText | None, language: str, *, seen: bool
) -> SheetRowFault | None:
    if text is None:
        return SheetRowFault.GONE
    if row.agreed and row.agreed not in AGREED:
        return SheetRowFault.NOT_YES
    if not row.agreed:
        return None
    if seen:
        return SheetRowFault.TWICE
    if row.digest != text.digest(language):
        return SheetRowFault.CHANGED
    return None if row.words else SheetRowFault.EMPTY


def reviewed(
    flow: Mapping[str, Any], name: str, language: str, signatures: Sequence[Signature]
) -> str:
    """What the head of a flow's file may say of a language."""
    states = {state_of(text, language, signatures) for text in texts_of({name: flow})}
    return (
        ReviewState.REVIEWED.value if states <= {ReviewState.REVIEWED} else ReviewState.DRAFT.value
    )


def overstated(document: Mapping[str, Any], signatures: Sequence[Signature]) -> Iterator[str]:
    """Files that say `reviewed` of a language in which not every text is signed for as it stands."""
    for name, flow in document["flows"].items():
        for language, said in flow["review"].items():
            if said == ReviewState.REVIEWED and reviewed(flow, name, language, signatures) != said:
                yield (
                    f"{name}.yaml: says that {language} is reviewed, and not every text of it is: "
                    "the page Words"
                )


def write_signatures(folder: Path, signatures: Iterable[Signature]) -> Path:
    """`reviews.csv`, whole."""
    path = folder / REVIEWS
    path.write_text(_signed(signatures), encoding="utf-8")
    return path


def _signed(signatures: Iterable[Signature]) -> str:
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(sorted(map(astuple, signatures)))
    return sheet.getvalue()
