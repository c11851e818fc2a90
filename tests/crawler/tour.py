"""Calls again from the same phone, presses `000`, and looks for earlier answers, on every screen that a prepared phone
can reach.

If the same phone calls again, it sees what a new phone sees in its first call, even if the earlier call was not hung
up. After `000`, a call shows the same as the first call of a new phone. No screen shows an answer that was given on
another screen. No screen depends on earlier calls from this phone.
"""

from dataclasses import dataclass, field

from hotline.flows.conversation import Place
from hotline.flows.flow import EndNode, node_at
from tests.crawler.dialogue import Dialogue
from tests.crawler.explorer import Explorer, Way, masked

Met = tuple[Way, list[str]]


@dataclass
class Tour:
    explorer: Explorer
    phone: str
    among: int = 1
    """If the number is 4, every fourth screen gets the second check, which walks to the screen once more and presses
    `000`. If the number is 1, every screen gets it."""
    nodes: set[Place] = field(default_factory=set)
    """Every node whose screen this tour has shown."""
    ends: set[str] = field(default_factory=set)
    """The texts of all screens with which a call ended."""
    faults: list[str] = field(default_factory=list)
    _front: str = ""

    def go(self) -> None:
        self._front = self._dialled(self.explorer.new_phone())
        met: list[Met] = []
        for dialogue, way in self.explorer.screens(self.phone):
            met.append((way, [*dialogue.shown]))
            self._meet(dialogue)
        for number, (way, shown) in enumerate(met):
            if number % self.among == 0:
                self._go_again(way, shown)
        self._dial_entries()

    def _meet(self, dialogue: Dialogue) -> None:
        place = dialogue.place
        self.nodes.add(Place(place.flow, place.node))
        for _ in dialogue.echoes():
            self._fault(dialogue, "an earlier answer is shown")
        if self._dialled(self.phone) != self._front:
            self._fault(dialogue, "a redial is not a first dial")
        dialogue.hang_up()
        if self._dialled(self.phone) != self._front:
            self._fault(dialogue, "a redial after hanging up is not a first dial")
        if isinstance(node_at(dialogue.book, place), EndNode):
            self.ends.add(dialogue.body)

    def _go_again(self, way: Way, shown: list[str]) -> None:
        """Walks to the screen once more and then presses `000`. Uses the same phone again if it is enrolled, and
        otherwise a new phone."""
        enrolled = self.explorer.standing.enrolled
        phone = self.phone if enrolled else self.explorer.new_phone()
        dialogue = self.explorer.walked(phone, way)
        if not enrolled and [*map(masked, dialogue.shown)] != [*map(masked, shown)]:
            self._fault(dialogue, "a phone that called before sees something else")
        if dialogue.ends:
            return
        dialogue.key("000")
        if dialogue.body != self._front:
            self._fault(dialogue, "000 does not show the front")
        dialogue.hang_up()
        if self._dialled(phone) != self._front:
            self._fault(dialogue, "a redial after 000 is not a first dial")

    def _dial_entries(self) -> None:
        """Dials every short code except the one for which this phone is enrolled."""
        dialogue = self.explorer.dialled(self.phone)
        stranger = self.explorer.new_phone()
        for entry in sorted({*dialogue.book.entries} - {self.explorer.standing.entry}):
            if self._dialled(self.phone, entry) != self._dialled(stranger, entry):
                self._fault(dialogue, f"entry {entry} knows a phone that called before")

    def _dialled(self, msisdn: str, ahead: str = "") -> str:
        return self.explorer.dialled(msisdn, ahead).body

    def _fault(self, dialogue: Dialogue, what: str) -> None:
        """Records a fault without the text of the screen, because the text may contain an answer that must stay
        hidden."""
        here = dialogue.place
        name = self.explorer.standing.name
        self.faults.append(f"{here.flow}.{here.node}, {name}: {what}")
