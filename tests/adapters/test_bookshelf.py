"""The shelf: what is live is asked once a second, a book is compiled once."""

import pytest

from hotline.adapters.bookshelf import KEPT, LIVE_SECONDS, SqlBookshelf
from hotline.errors import NotFound, NotReady
from hotline.services.flows.authoring import publish
from hotline.services.flows.places import place_lists
from hotline.store.database import Database
from tests.conftest import Clock
from tests.engine.books import make_document, t


class Elapsed:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def _publish(database: Database, clock: Clock, words: str) -> int:
    clock.turn(minutes=1)
    document = make_document(learn={"one": {"finish": {"text": t(words)}}})
    return publish(database, document, clock())


def test_nothing_published_is_not_ready(database: Database) -> None:
    with pytest.raises(NotReady, match="hotline init"):
        SqlBookshelf(database, place_lists()).live()


def test_a_publication_is_heard_within_a_second(database: Database, clock: Clock) -> None:
    elapsed = Elapsed()
    shelf = SqlBookshelf(database, place_lists(), elapsed=elapsed)
    first = _publish(database, clock, "one")
    assert shelf.live() == first

    second = _publish(database, clock, "two")
    elapsed.seconds = LIVE_SECONDS - 0.1
    assert shelf.live() == first
    elapsed.seconds = LIVE_SECONDS
    assert shelf.live() == second


def test_a_book_is_compiled_once_and_the_oldest_is_put_away(
    database: Database, clock: Clock
) -> None:
    shelf = SqlBookshelf(database, place_lists())
    ids = [_publish(database, clock, f"words {number}") for number in range(KEPT + 1)]
    first = shelf.book(ids[0])
    assert shelf.book(ids[0]) is first
    assert first.lists["districts.1"]

    for revision_id in ids[1:-1]:
        shelf.book(revision_id)
    assert shelf.book(ids[0]) is first
    shelf.book(ids[-1])
    assert shelf.book(ids[0]) is first, "it was asked for later than the second"
    for revision_id in ids[1:]:
        shelf.book(revision_id)
    assert shelf.book(ids[0]) is not first
    assert shelf.book(ids[0]) == first


def test_an_unknown_revision_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        SqlBookshelf(database, place_lists()).book(7)
