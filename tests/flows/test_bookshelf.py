"""Tests the cache of flow sets. The cache looks for newly published flows once a second, and compiles each flow set
once.

The web process loads a new flow set in the background.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from hotline.core.database import Database, Session
from hotline.core.wording import Template
from hotline.flows.flow import EndNode, FlowSet
from hotline.flows.flow_set_cache import (
    KEPT,
    LATE_SECONDS,
    LIVE_SECONDS,
    PATIENCE,
    LivePhrases,
    SqlFlowSets,
)
from hotline.flows.service_check import place_lists
from hotline.text.errors import NotFound, NotReady, StoreUnavailable
from hotline.text.languages import Phrases
from tests.flows.books import make_document, t
from tests.support.clock import Clock
from tests.support.publishing import publish


class Elapsed:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def _publish(database: Database, clock: Clock, words: str) -> int:
    clock.turn(minutes=1)
    document = make_document(learn={"one": {"finish": {"text": t(words)}}})
    return publish(database, document, clock())


class Away(Database):
    def __init__(self, database: Database) -> None:
        super().__init__(database.engine)
        self.is_away = False

    @contextmanager
    def reading(self) -> Iterator[Session]:
        if self.is_away:
            raise StoreUnavailable("away")
        with super().reading() as session:
            yield session


@dataclass
class Hops:
    """The cache of flow sets in a web process. Its background loads wait in a list until a test runs them."""

    database: Database
    elapsed: Elapsed = field(default_factory=Elapsed)
    waiting: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shelf = SqlFlowSets(
            self.database, place_lists(), behind=self.waiting.append, elapsed=self.elapsed
        )

    def begins(self) -> int:
        """Moves the clock one second forward. Returns the revision for a session that begins then."""
        self.elapsed.seconds += LIVE_SECONDS
        revision_id = self.shelf.live()
        self.shelf.get(revision_id)
        return revision_id


@pytest.fixture
def hops(database: Database) -> Hops:
    return Hops(database)


def test_missing_publication_raises_not_ready(database: Database) -> None:
    with pytest.raises(NotReady, match="hotline upgrade"):
        SqlFlowSets(database, place_lists()).live()


def test_publication_is_live_within_a_second(database: Database, clock: Clock) -> None:
    elapsed = Elapsed()
    shelf = SqlFlowSets(database, place_lists(), elapsed=elapsed)
    first = _publish(database, clock, "one")
    assert shelf.live() == first

    second = _publish(database, clock, "two")
    elapsed.seconds = LIVE_SECONDS - 0.1
    assert shelf.live() == first
    elapsed.seconds = LIVE_SECONDS
    assert shelf.live() == second


def test_flow_set_is_compiled_once_and_cached(database: Database, clock: Clock) -> None:
    shelf = SqlFlowSets(database, place_lists())
    ids = [_publish(database, clock, f"words {number}") for number in range(KEPT + 1)]
    first = shelf.get(ids[0])
    assert shelf.get(ids[0]) is first
    assert first.lists["districts.1"]

    for revision_id in ids[1:-1]:
        shelf.get(revision_id)
    assert shelf.get(ids[0]) is first
    shelf.get(ids[-1])
    assert shelf.get(ids[0]) is first, "it was asked for later than the second"
    for revision_id in ids[1:]:
        shelf.get(revision_id)
    assert shelf.get(ids[0]) is not first
    assert shelf.get(ids[0]) == first


def test_an_unknown_revision_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        SqlFlowSets(database, place_lists()).get(7)


def test_sessions_start_with_old_flow_set_during_load(hops: Hops, clock: Clock) -> None:
    first = _publish(hops.database, clock, "one")
    assert hops.begins() == first
    second = _publish(hops.database, clock, "two")
    assert [hops.begins() for _ in range(3)] == [first] * 3
    (load,) = hops.waiting
    load()
    assert hops.shelf.live() == second, "as soon as it is whole"
    assert hops.begins() == second
    assert len(hops.waiting) == 1


def test_new_flow_set_is_live_in_time_without_other_load(hops: Hops, clock: Clock) -> None:
    first = _publish(hops.database, clock, "one")
    assert hops.begins() == first
    second = _publish(hops.database, clock, "two")
    began = hops.elapsed.seconds
    while hops.begins() == first:
        assert hops.elapsed.seconds - began <= LATE_SECONDS + LIVE_SECONDS
    assert hops.shelf.live() == second
    third = _publish(hops.database, clock, "three")
    assert hops.begins() == second, "the next one has its own time"
    hops.waiting[-1]()
    assert hops.begins() == third


def test_late_load_never_hides_newer_flow_set(hops: Hops, clock: Clock) -> None:
    first = _publish(hops.database, clock, "one")
    assert hops.begins() == first
    second = _publish(hops.database, clock, "two")
    assert hops.begins() == first
    third = _publish(hops.database, clock, "three")
    assert hops.begins() == first
    slow, quick = hops.waiting
    quick()
    assert hops.begins() == third
    slow()
    assert hops.shelf.live() == third
    assert hops.begins() == third
    assert hops.shelf.get(second).flows["learn"] != hops.shelf.get(third).flows["learn"]


def test_session_of_other_process_uses_its_flow_set(hops: Hops, clock: Clock) -> None:
    """A second process began a session with a newer flow set, which this process has not loaded yet."""
    first = _publish(hops.database, clock, "one")
    assert hops.begins() == first
    second = _publish(hops.database, clock, "two")
    assert hops.begins() == first
    assert hops.shelf.get(second).flows["learn"].nodes["one"] == EndNode(t("two"))
    assert hops.begins() == second


def test_failed_load_is_repeated(
    database: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    away = Away(database)
    hops = Hops(away)
    first = _publish(database, clock, "one")
    assert hops.begins() == first
    second = _publish(database, clock, "two")
    assert hops.begins() == first
    away.is_away = True
    hops.waiting[0]()
    assert "so callers still see the earlier flows: StoreUnavailable" in caplog.text
    away.is_away = False
    assert hops.begins() == first
    hops.waiting[1]()
    assert hops.begins() == second


def test_equal_flows_of_two_revisions_are_shared(database: Database, clock: Clock) -> None:
    shelf = SqlFlowSets(database, place_lists())
    one, two = (shelf.get(_publish(database, clock, words)) for words in ("one", "two"))
    assert two.flows["front"] is one.flows["front"]
    assert two.flows["learn"] != one.flows["learn"]
    assert SqlFlowSets(database, place_lists()).get(shelf.live()) == two


SHIPPED = {"rw": {Template.TAKEN.value: "{ref}: cyafashwe"}}


@dataclass
class Shelf:
    said: dict[str, dict[str, str]]
    asked: int = 0
    broken: Exception | None = None

    def live(self) -> int:
        self.asked += 1
        if self.broken is not None:
            raise self.broken
        return 1

    def get(self, revision_id: int) -> FlowSet:
        return FlowSet({}, phrases=self.said)


def text_of(shelf: Shelf, template: Template = Template.TAKEN) -> str:
    return Phrases(SHIPPED, LivePhrases(shelf)).say("rw", template, ref="K7Q4")


def test_changed_phrase_is_used() -> None:
    assert text_of(Shelf({})) == "K7Q4: cyafashwe"
    assert text_of(Shelf({"rw": {"TAKEN": "{ref}: uracyakiriye"}})) == "K7Q4: uracyakiriye"
    assert text_of(Shelf({"fr": {"TAKEN": "{ref}: pris"}})) == "K7Q4: cyafashwe"


@pytest.mark.parametrize("broken", ["{who} {ref}", "{ref", "{0}"])
def test_invalid_phrase_falls_back_to_shipped_text(broken: str) -> None:
    assert text_of(Shelf({"rw": {"TAKEN": broken}})) == "K7Q4: cyafashwe"


@pytest.mark.parametrize("broken", [StoreUnavailable("locked"), NotReady("none")])
def test_failing_cache_is_not_asked_again_at_once(broken: Exception) -> None:
    at = [0.0]
    shelf = Shelf({"rw": {"TAKEN": "{ref}: changed"}}, broken=broken)
    live = LivePhrases(shelf, elapsed=lambda: at[0])
    for _ in range(3):
        assert live("rw", Template.TAKEN) is None
    assert shelf.asked == 1
    at[0], shelf.broken = PATIENCE, None
    assert live("rw", Template.TAKEN) == "{ref}: changed"
    shelf.broken = broken
    assert live("rw", Template.TAKEN) == "{ref}: changed", "as it was known last"


def test_failure_text_needs_no_database() -> None:
    shelf = Shelf({"rw": {"FAILURE": "changed"}}, broken=StoreUnavailable("gone"))
    assert LivePhrases(shelf)("rw", Template.FAILURE) is None
    assert shelf.asked == 0
