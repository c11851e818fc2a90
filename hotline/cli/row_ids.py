"""Reads ids in commands: a number that no row can have is refused like one that no row has."""

from typing import Any

import click

from hotline.errors import NotFound
from hotline.text.export_sheets import MOST


class RowId(click.ParamType[int]):
    """The id of a row, as a list prints it."""

    name = "id"

    def __init__(self, what: str) -> None:
        """Takes the word for such a row, as in "there is no such tip"."""
        self._what = what

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Raises NotFound for a number beyond what a database keeps."""
        number: int = click.INT.convert(value, param, ctx)
        if abs(number) > MOST:
            raise NotFound(f"there is no such {self._what}")
        return number


TIP_ID = RowId("tip")
