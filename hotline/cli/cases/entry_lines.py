"""An entry of a case's log as a line, and as a program reads it."""

from hotline.domain.call_back import KIGALI
from hotline.ports import Kit
from hotline.services.cases.line_of_time import CaseMoment


def line_of(kit: Kit, one: CaseMoment, language: str) -> str:
    """When, what, and how it reached us; of a correction and of what it corrects the numbers of both."""
    said = one.kind.value if one.template is None else kit.phrases.say(language, one.template)
    codes = ", ".join(f"{name} {code}" for name, code in one.codes.items())
    known_as = f"#{one.entry_id}" if one.supersedes or one.corrected_by else ""
    corrects = f"corrects #{one.supersedes}" if one.supersedes else ""
    corrected = f"corrected by #{one.corrected_by}" if one.corrected_by else ""
    details = (
        one.way,
        one.who or one.desk,
        f"({codes})" if codes else "",
        known_as,
        corrects,
        corrected,
    )
    return "  ".join(
        (f"{one.at.astimezone(KIGALI):%Y-%m-%d %H:%M}", said, " ".join(filter(None, details)))
    )


def document_of(one: CaseMoment) -> dict[str, object]:
    return {
        "id": one.entry_id,
        "at": one.at.isoformat(),
        "kind": one.kind,
        "way": one.way,
        "who": one.who,
        "desk": one.desk,
        "codes": dict(one.codes),
        "supersedes": one.supersedes,
        "corrected_by": one.corrected_by,
    }
