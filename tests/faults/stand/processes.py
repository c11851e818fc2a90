"""Lists the child processes of one of our processes, and sends signals to them."""

import os
import signal
from contextlib import suppress

import psutil


def below(pid: int) -> list[int]:
    """Returns the children of a process, the children's children and so on, at this moment."""
    with suppress(psutil.NoSuchProcess):
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    return []


def started_as(pid: int, mark: str) -> list[int]:
    """Returns the child processes of `pid`, and their children, that have the text `mark` in their command line."""
    return [child for child in below(pid) if mark in command_line(child)]


def command_line(pid: int) -> str:
    """Returns the words of a command line with spaces between them, or an empty text if the process has ended."""
    with suppress(psutil.NoSuchProcess):
        return " ".join(psutil.Process(pid).cmdline())
    return ""


def send(pid: int, number: signal.Signals) -> bool:
    """Sends a signal to a process. Returns False if the process does not exist."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False
