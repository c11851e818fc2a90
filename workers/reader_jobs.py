"""Defines the reader's only job: a responder asks. It may come twice or never, since the reader also looks itself."""

from hotline.cases.decrypt_reader import ReaderKit


def read(kit: ReaderKit, _ask_id: int) -> None:
    """Rings the bell. The reader then answers all waiting questions, whichever one rang."""
    kit.bell.set()
