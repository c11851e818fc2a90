"""What the fields of a document may hold, for pydantic. `models.py` makes the document's shape of them."""

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from hotline.text.languages import CODES
from hotline.text.remark import Remark, remark

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
REMARK = "remark"
"""Under which a fault of ours carries what it says."""


def refused(says: Remark) -> PydanticCustomError:
    """What a validator raises, in place of a ValueError that could be said in English alone."""
    return PydanticCustomError("value_error", "{says}", {"says": str(says), REMARK: says})


def _words(text: str) -> str:
    """Composed, without blanks at its ends. Refuses what nobody would see: NUL, bidi controls, zero widths."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    # What Python prints as it is holds none of them: most texts are looked at once, and not letter by letter.
    for letter in "" if text.replace("\n", "").isprintable() else text:
        if letter != "\n" and unicodedata.category(letter) in UNSEEN:
            name = unicodedata.name(letter, "a control character")
            code = f"U+{ord(letter):04X}"
            raise refused(
                remark("holds an invisible character: {name} ({code})", name=name, code=code)
            )
    if not text:
        raise refused(remark("is empty"))
    return text


def _known(language: str) -> str:
    if language not in CODES:
        known = ", ".join(CODES)
        raise refused(remark("is not a language of the line ({known})", known=known))
    return language


Words = Annotated[str, AfterValidator(_words)]
Language = Annotated[str, AfterValidator(_known)]
LONGEST_NAME = 40
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=LONGEST_NAME)]
Value = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=40)]
PhraseName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=40)]
"""Of a phrase of the code."""
Texts = Annotated[dict[Language, Words], Field(min_length=1)]
Review = dict[Language, Literal["draft", "reviewed"]]


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)
