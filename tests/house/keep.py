"""A keeper of its own process, for test_keeper: `python -m tests.house.keep NAME=COMMAND ...`.

A name that begins with `/` is a socket that the others need.
"""

import asyncio
import os
import sys
from pathlib import Path

from hotline.cli.line.keeper import Keeper, Program


def _program(argument: str) -> Program:
    name, _, command = argument.partition("=")
    return Program(
        Path(name).name,
        ("/bin/sh", "-c", command),
        {"PATH": os.environ["PATH"]},
        opens=Path(name) if name.startswith("/") else None,
    )


if __name__ == "__main__":
    keeper = Keeper(map(_program, sys.argv[1:]), say=lambda line: print(line, flush=True))  # noqa: T201
    asyncio.run(keeper.run())
