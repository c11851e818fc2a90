"""The reader's one job: somebody asks. May come twice, or never: the reader looks by itself."""

from hotline.services.reader.reader_kit import ReaderKit


def read(kit: ReaderKit, _ask_id: int) -> None:
    """Whichever ask rang: all that wait are answered."""
    kit.bell.set()
