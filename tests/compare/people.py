"""Prepares the home of a hotline: keys, tables and flows by `hotline init`, and sample people by `hotline people
import`.

Some of these people get a PIN by dialling, as real responders do. Each world (a hotline with many stories) uses a copy
of the home.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from random import Random

from hotline.emulator.state import network_of
from tests.compare.line import SERVICE_CODE, Checkout, Line, LineBroken

DISTRICTS = {
    "Nyarugenge": 11, "Gasabo": 12, "Kicukiro": 13,
    "Nyanza": 21, "Gisagara": 22, "Nyaruguru": 23, "Huye": 24, "Nyamagabe": 25, "Ruhango": 26,
    "Muhanga": 27, "Kamonyi": 28,
    "Karongi": 31, "Rutsiro": 32, "Rubavu": 33, "Nyabihu": 34, "Ngororero": 35, "Rusizi": 36,
    "Nyamasheke": 37,
    "Rulindo": 41, "Gakenke": 42, "Musanze": 43, "Burera": 44, "Gicumbi": 45,
    "Rwamagana": 51, "Nyagatare": 52, "Gatsibo": 53, "Kayonza": 54, "Kirehe": 55, "Ngoma": 56,
    "Bugesera": 57,
}  # fmt: skip
LANGUAGES = ("rw", "fr", "en")
NATIONALS = 3
ENTRY = "90"
"""The short code of the responders' flow."""
INVITED = 4
PAPER = re.compile(r"(?m)^(.*?): dial .*?, then ([0-9]{6,})")
"""Matches the name and the start PIN in the file that an invitation writes."""
KEPT = "compare.json"


@dataclass(frozen=True, slots=True)
class Responder:
    name: str
    msisdn: str
    language: str
    level: str
    pin: str = ""
    lets_in: bool = True
    """False if the person is approved but no desk grants access."""
    code: str = ""
    """The unused code from the SMS that invites this person or confirms a new number."""
    paper: str = ""
    """The start PIN that this person gets on paper."""
    new_number: str = ""

    @property
    def role(self) -> str:
        """Returns the name of this person in a transcript."""
        return f"{self.level} {self.name.rpartition(' ')[2]}"


@dataclass(frozen=True, slots=True)
class District:
    """One district, the people who act there, and the phones from which a story may call."""

    name: str
    code: int
    responders: tuple[Responder, ...]

    def has(self, msisdn: str) -> bool:
        return any(one.msisdn == msisdn for one in self.responders)

    def caller(self, number: int) -> str:
        return f"+25079{self.code}{number:05}"

    @property
    def province(self) -> int:
        """Returns the number of the province in the list of provinces."""
        return self.code // 10


@dataclass(frozen=True, slots=True)
class Prepared:
    """A home that worlds (runs of a hotline) copy, with the codes and PINs that its people would know."""

    home: Path
    at: datetime
    districts: tuple[District, ...]
    nationals: tuple[Responder, ...]

    def who(self, msisdn: str) -> Responder | None:
        """Returns the responder with this phone number, or None."""
        people = (self.nationals, *(place.responders for place in self.districts))
        return next((one for some in people for one in some if one.msisdn == msisdn), None)

    def keep(self) -> None:
        shown = asdict(self) | {"home": str(self.home), "at": self.at.isoformat()}
        (self.home / KEPT).write_text(json.dumps(shown), encoding="utf-8")

    @classmethod
    def read(cls, home: Path) -> "Prepared":
        kept = json.loads((home / KEPT).read_text(encoding="utf-8"))
        return cls(
            home,
            datetime.fromisoformat(kept["at"]),
            tuple(
                District(
                    one["name"], one["code"], tuple(Responder(**who) for who in one["responders"])
                )
                for one in kept["districts"]
            ),
            tuple(Responder(**who) for who in kept["nationals"]),
        )


def sample(pins: int) -> tuple[tuple[District, ...], tuple[Responder, ...]]:
    """Returns all people who act in stories: two responders for each district, coordinators in every third district,
    and the national desk.

    In the first `pins` districts, the first responder has a PIN, and so has the first person of the national desk. In
    the next districts, one responder has a PIN but no access to a desk, and some people are invited.
    """
    random = Random(1)
    districts = []
    for number, (name, code) in enumerate(DISTRICTS.items()):
        levels = ["responder", "responder"] + ["coordinator"] * (number % 3 == 1)
        people = tuple(
            Responder(
                f"{name} {at}",
                f"+25078810{code}{at:02}",
                LANGUAGES[(number + at) % 3],
                level,
                _pin(random) if _has_pin(number, at, pins) else "",
                lets_in=number < pins,
            )
            for at, level in enumerate(levels, 1)
        )
        districts.append(District(name, code, people))
    nationals = tuple(
        Responder(
            f"National {at}",
            f"+2507881000{at:02}",
            LANGUAGES[-at % 3],
            "national",
            _pin(random) if pins and at == 1 else "",
        )
        for at in range(1, NATIONALS + 1)
    )
    return tuple(districts), nationals


def prepare(checkout: Checkout, home: Path, at: datetime, pins: int) -> Prepared:
    """Prepares the home of a hotline for one checkout. Raises LineBroken."""
    districts, nationals = sample(pins)
    everybody = [*nationals, *(one for place in districts for one in place.responders)]
    line = Line(checkout, home, at)
    try:
        line.command("init")
        file = home / "compare-people.csv"
        places = {one.msisdn: place.name for place in districts for one in place.responders}
        rows = [
            ",".join(
                (one.name, one.msisdn, one.language, one.level, places.get(one.msisdn, ""), "")
            )
            for one in everybody
        ]
        head = "name,msisdn,language,level,districts,categories"
        file.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
        line.command("people", "import", str(file))
        line.command("flows", "export", str(home / "compare-flows"))
        if pins:
            line.start()
            _set_pins(line, [one for one in everybody if one.pin])
            districts = _invite_more(line, districts, pins)
    finally:
        line.stop()
    prepared = Prepared(home, line.now(), districts, nationals)
    prepared.keep()
    return prepared


def _has_pin(district: int, at: int, pins: int) -> bool:
    """Returns True for responders with a PIN: the first one of some districts, and the second one of district 0, who
    gets a new number."""
    return pins > 0 and ((at == 1 and district <= pins) or (at == 2 and district == 0))


def _pin(random: Random) -> str:
    """Returns a PIN of six random digits that is not easy to guess."""
    return f"{random.choice((7, 8, 9))}{random.randint(10, 49)}{random.choice((0, 1, 5))}{random.randint(60, 98)}"


def joining_code(line: Line, roll: str) -> str:
    """Returns a code with which a phone joins the programme of leaders or trainees. The code is valid for thirty
    days."""
    written = line.script("make_code", roll)
    found = re.match(r"\d+", written)
    if found is None:
        raise LineBroken(f"no code of {roll}: {written}")
    return found[0]


def _set_pins(line: Line, people: Sequence[Responder]) -> None:
    """Gives each person a PIN: invites the person, dials with the code and the start PIN of the invitation, and
    approves the enrolment."""
    for one in _invite(line, people):
        _dial_in(line, one)
    _approve(line, [one for one in people if one.lets_in])
    passphrase = line.home / "enrolment-passphrase"
    said = ("--passphrase-file", str(passphrase), "--by", "Admin 3", "--second", "Admin 4")
    line.command("desks", "recover", *said, given="y\n")
    _approve(line, [one for one in people if not one.lets_in])


def _invite(line: Line, people: Sequence[Responder]) -> Sequence[Responder]:
    """Invites people. Returns the same people, each with the code and the start PIN of the invitation."""
    paper = line.home / "compare-paper"
    said = ("--reason", "compare", "--by", "Admin 1")
    names = [one.name for one in people]
    line.command("people", "invite", *names, "--out", str(paper), *said)
    line.wait(lambda: all(_texted(line, one.msisdn) for one in people))
    papers = dict(re.findall(PAPER, paper.read_text()))
    return [replace(one, code=_texted(line, one.msisdn), paper=papers[one.name]) for one in people]


def _approve(line: Line, people: Sequence[Responder]) -> None:
    """Approves the enrolment of people as the second admin of the console."""
    for one in people:
        line.script("approve", one.name)


def _invite_more(line: Line, districts: Sequence[District], pins: int) -> tuple[District, ...]:
    """Invites the first responder of some districts without PINs. Starts the change of one responder's number in the
    first district."""
    asked = [one.responders[0] for one in districts[pins + 1 : pins + 1 + INVITED]]
    known = {one.name: one for one in _invite(line, asked)}
    mover = districts[0].responders[1]
    number = mover.msisdn.replace("+250788", "+250789")
    paper = line.home / "compare-paper"
    line.script("change_number", mover.name, number, str(paper))
    line.wait(lambda: bool(_texted(line, number)))
    start = dict(re.findall(PAPER, paper.read_text()))[mover.name]
    known[mover.name] = replace(mover, code=_texted(line, number), paper=start, new_number=number)
    return tuple(
        replace(one, responders=tuple(known.get(who.name, who) for who in one.responders))
        for one in districts
    )


def _texted(line: Line, msisdn: str) -> str:
    """Returns the code in the newest SMS to this number."""
    texts = [sent.text for sent in line.gateway.outbox if sent.to == msisdn]
    found = re.findall(r"\b\d{6,8}\b", texts[-1]) if texts else []
    return found[-1] if found else ""


def _dial_in(line: Line, who: Responder) -> None:
    fields = {
        "phoneNumber": who.msisdn,
        "serviceCode": SERVICE_CODE,
        "sessionId": f"prepare-{who.msisdn[1:]}",
        "networkCode": network_of(who.msisdn),
    }
    keyed = (ENTRY, who.code, who.paper, who.pin, who.pin)
    for text in accumulate(keyed, lambda before, key: f"{before}*{key}"):
        _, body = line.gateway.call("ussd", fields | {"text": text})
    if not body.startswith("END"):
        raise LineBroken(f"{who.name} could not set a PIN: {body}")
