"""How long a text is on the air: GSM-7 septets, or UCS-2 units where one letter is outside."""

from dataclasses import dataclass
from typing import Any

from hotline.text.gsm7 import is_gsm7, septets

UCS2_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Size:
    units: int
    gsm: bool

    def fits(self, limit: int) -> bool:
        return self.units <= (limit if self.gsm else UCS2_LIMIT)

    def shown(self) -> dict[str, Any]:
        return {"septets": self.units, "encoding": "GSM-7" if self.gsm else "UCS-2"}


def size_of(text: str) -> Size:
    if is_gsm7(text):
        return Size(septets(text), gsm=True)
    return Size(len(text.encode("utf-16-le")) // 2, gsm=False)
