"""Presses every digit on every screen, like a phone that knows no flow and does not trust the texts.

The crawler checks everything that a stranger can see. Each answer is `CON` or `END`, and fits on a screen in GSM-7. A
repeated hop gets exactly the same answer, even after `END` and after the hotline forgot the session. Dialling again
shows the same screen as the first call from another phone. If a screen offers only one way to continue, the key for
this way is `1`. A digit without meaning shows the screen again below a line that names digits.
"""

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

import gsm0338

DIGITS = (*"123456789", "0")
CHOICE, MORE = re.compile(r"(?m)^[1-8] \S"), re.compile(r"(?m)^9 \S")
BACK = "0"
"""The key "back". The screen to which it leads depends on the screens that the phone saw before."""
PHONE, STRANGER = "+250788000001", "+250788000999"
LONGEST_TEXT = 120
"""The number of letters in a session's text after which the phone hangs up and dials again."""


class Line(Protocol):
    """The hotline that the crawler calls. An object of this type calls the real hook, or calls the code that runs the
    flows.
    """

    def hop(self, session: str, phone: str, text: str) -> str:
        """Sends one callback, and returns the body of the answer."""

    def forget(self) -> None:
        """Forgets every conversation state that waits for its next hop."""


@dataclass
class Crawler:
    line: Line
    limit: int = 156
    most_hops: int = 100_000
    """The number of presses after which the crawler stops. If the crawler stops for this reason, `finished` may be
    False."""

    pressed: dict[str, dict[str, str]] = field(default_factory=dict)
    """The screen to which each pressed digit led, for each screen."""
    faults: list[str] = field(default_factory=list)
    presses: int = 0
    sessions: int = 0

    _found_at: dict[str, str] = field(default_factory=dict)
    """The keys with which the crawler first reached each screen. The crawler presses these keys again to return to the
    screen."""
    _ahead: deque[str] = field(default_factory=deque)
    """The screens in the order in which the crawler found them. After each walk, the crawler removes screens without an
    unpressed digit from the front of this list."""
    _session: str = ""
    _text: str = ""
    _front: str = ""

    def crawl(self) -> None:
        self._front = self._redialled(STRANGER)
        way = ""
        while self.presses < self.most_hops:
            self._roam(self._dialled(way))
            while self._ahead and not self._has_news(self._ahead[0]):
                self._ahead.popleft()
            if not self._ahead:
                break
            way = self._found_at[self._ahead[0]]
        for screen, led in self.pressed.items():
            self._hold_to_its_keys(screen, led)

    @property
    def finished(self) -> bool:
        """Returns True if every digit was pressed on every screen that was shown."""
        return not any(map(self._has_news, self.pressed))

    def _dialled(self, way: str) -> str:
        """Starts a new session, and presses the keys of an older session up to a screen."""
        self.sessions += 1
        self._session, self._text = f"crawl-{self.sessions}", ""
        screen = self._hop(again=not self.pressed)
        for digit in way.split("*") if way else ():
            screen = self._press(digit, again=False)
        return screen

    def _roam(self, screen: str) -> None:
        """Presses digits in one session, starting at `screen`, until no path to an unpressed digit is known. Stops
        earlier at an unexpected screen.
        """
        while not screen.startswith("END") and len(self._text) <= LONGEST_TEXT:
            for digit in self._way_to_news(screen):
                if self.presses >= self.most_hops:
                    return
                shown = self._press(digit, again=digit not in self.pressed[screen])
                if self.pressed[screen].setdefault(digit, shown) != shown:
                    return
                screen = shown
            if not self._way_to_news(screen):
                return

    def _way_to_news(self, start: str) -> tuple[str, ...]:
        """Returns the digits from a screen to the nearest digit that was never pressed, with this digit at the end.
        Returns no digits if no path to an unpressed digit is known."""
        seen = {start}
        waiting: deque[tuple[str, tuple[str, ...]]] = deque([(start, ())])
        while waiting:
            screen, way = waiting.popleft()
            if screen not in self.pressed:
                continue
            if self._has_news(screen):
                return (*way, self._unpressed(screen)[0])
            for digit, following in self.pressed[screen].items():
                if digit != BACK and following not in seen:
                    seen.add(following)
                    waiting.append((following, (*way, digit)))
        return ()

    def _has_news(self, screen: str) -> bool:
        return len(self.pressed[screen]) < len(DIGITS)

    def _unpressed(self, screen: str) -> list[str]:
        return [digit for digit in DIGITS if digit not in self.pressed[screen]]

    def _press(self, digit: str, *, again: bool) -> str:
        self.presses += 1
        self._text = f"{self._text}*{digit}" if self._text else digit
        return self._hop(again=again)

    def _hop(self, *, again: bool) -> str:
        """Sends a hop. With `again`, repeats the hop at once, and repeats it again after the hotline forgot the
        session. Each repeat must get the same answer."""
        shown = self.line.hop(self._session, PHONE, self._text)
        if again:
            if self.line.hop(self._session, PHONE, self._text) != shown:
                self._fault("a repeated hop is answered otherwise")
            self.line.forget()
            if self.line.hop(self._session, PHONE, self._text) != shown:
                self._fault("a hop repeated after the line forgot it is answered otherwise")
        if shown not in self.pressed:
            self._meet(shown)
        elif len(self._text) < len(self._found_at[shown]):
            self._found_at[shown] = self._text
        return shown

    def _meet(self, shown: str) -> None:
        """Records and checks a new screen. A second call from the phone must then show the same screen as its first
        call."""
        if not shown.startswith("END"):
            self.pressed[shown] = {}
            self._found_at[shown] = self._text
            self._ahead.append(shown)
        if not shown.startswith(("CON ", "END ")):
            self._fault("neither CON nor END")
        body = shown[4:]
        try:
            size = len(body.encode("gsm03.38"))
        except UnicodeEncodeError:
            self._fault("a letter outside GSM-7")
        else:
            if not 0 < size <= self.limit:
                self._fault(f"{size} septets")
        if self._redialled(PHONE) != self._front:
            self._fault("a redial is not a first dial")

    def _hold_to_its_keys(self, screen: str, led: dict[str, str]) -> None:
        """Checks two rules for the digits of a screen. If the screen offers only one way to continue, the key for
        this way must be `1`. After a digit without meaning, the screen must appear again below a line that names the
        valid digits."""
        one_way = MORE.search(screen) and not CHOICE.search(screen)
        if one_way and {"1", "9"} <= {*led} and led["1"] != led["9"]:
            self.faults.append(f"1 is not the one way on, behind {self._found_at[screen]}")
        for digit, shown in led.items():
            line, _, page = shown.partition("\n")
            if page == screen[4:] and not re.search(r"\d", line):
                self.faults.append(f"{digit} names no key, behind {self._found_at[screen]}")

    def _redialled(self, phone: str) -> str:
        self.sessions += 1
        return self.line.hop(f"redial-{self.sessions}", phone, "")

    def _fault(self, what: str) -> None:
        self.faults.append(f"{what}, after {self._text or 'the dial'}")


assert gsm0338, "importing it registers the codec"
