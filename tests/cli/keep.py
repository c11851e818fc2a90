"""Runs a keeper in its own process. A keeper starts programs, and restarts each program that ends. Usage: `python -m
tests.cli.keep NAME=COMMAND ...`.

A name that begins with `/` is the path of a socket, for which the keeper waits before it starts the other programs. A
program called `fork_server` forks the commands that begin with `hotline`.
"""

import asyncio
import os
import shlex
import sys
from pathlib import Path

from hotline.cli.keeper import Keeper, Program


def _program(argument: str, fork_server: Path | None) -> Program:
    name, _, command = argument.partition("=")
    return Program(
        Path(name).name,
        ("/bin/sh", "-c", command),
        {"PATH": os.environ["PATH"]},
        opens=Path(name) if name.startswith("/") else None,
        fork_server=fork_server if command.startswith("hotline ") else None,
        words=tuple(shlex.split(command)),
    )


if __name__ == "__main__":
    sockets = [Path(one.partition("=")[0]) for one in sys.argv[1:] if one.startswith("/")]
    forking = next((one for one in sockets if one.name == "fork_server"), None)
    programs = [_program(argument, forking) for argument in sys.argv[1:]]
    keeper = Keeper(programs, say=lambda line: print(line, flush=True))  # noqa: T201
    asyncio.run(keeper.run())
