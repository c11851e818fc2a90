"""How many lines each screen takes on a phone of 16 letters a line, as `hotline flows check` prints it."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from hotline.engine.check.sizes.narrow import narrow
from hotline.engine.document.document import bind, read
from hotline.services.flows.authoring import read_folder
from hotline.services.flows.places import place_lists

WIDTH = 32


def narrow_rows(folder: Path, limit: int) -> Iterator[str]:
    """A row for each screen: its place, and its lines in each language."""
    book = bind(read(read_folder(folder)), place_lists())
    for place, measured in groupby(narrow(book, limit), key=lambda each: each.place):
        counted = [
            f"{each.language} {each.lines:>2} {f'({each.question})' if each.question else '':4}"
            for each in measured
        ]
        yield f"{f'{place.flow}.{place.node}':{WIDTH}}  {'  '.join(counted)}".rstrip()
