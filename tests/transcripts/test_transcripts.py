"""C1: tests that every transcript runs exactly as written. Together, the transcripts pass every node in every
language."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import gsm0338
import pytest

from hotline.flows.conversation import Place
from hotline.flows.flow import FlowSet
from hotline.flows.screen import SEPTETS
from hotline.text.languages import CODES
from tests.support.made_once import shipped_book
from tests.transcripts.hanging_up import leaves
from tests.transcripts.transcript import Recording, Transcript, read, record

HERE = Path(__file__).parent
FLOWS = HERE.parent.parent / "flows"
FILES = sorted(HERE.glob("*.txt"))


@pytest.fixture(scope="module")
def book() -> FlowSet:
    return shipped_book()


Played = Callable[[Path], tuple[Transcript, Recording]]


@pytest.fixture(scope="module")
def played(book: FlowSet) -> Played:
    """Returns a function that runs each file once."""

    @cache
    def playing(path: Path) -> tuple[Transcript, Recording]:
        transcript = read(path.read_text(encoding="utf-8"))
        return transcript, record(book, transcript, leaves=leaves)

    return playing


@pytest.mark.row("C7", "C11", "C12", "C13", "C19", "C20", "R11", "R13")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_transcript_plays_as_it_is_written_and_fits_in_gsm7(played: Played, path: Path) -> None:
    """The first lines of a transcript name a flow and a language. The transcript must show this flow, and the
    conversation must end in this language."""
    transcript, recording = played(path)
    assert recording.text == path.read_text(encoding="utf-8")

    codec = gsm0338.Codec()
    for screen in recording.screens:
        assert len(codec.encode(screen.text)[0]) == screen.septets <= SEPTETS

    assert transcript.flow in {place.flow for place in recording.passed}
    assert transcript.language == recording.language


@pytest.mark.row("C1")
@pytest.mark.parametrize("language", CODES)
def test_transcripts_visit_every_node(book: FlowSet, played: Played, language: str) -> None:
    seen: set[Place] = set()
    for path in FILES:
        transcript, recording = played(path)
        if transcript.language == language:
            seen |= recording.passed

    written = {Place(flow.name, node) for flow in book.flows.values() for node in flow.nodes}
    assert written - seen == set()
