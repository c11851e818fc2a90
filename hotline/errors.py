"""Every exception this project raises, in one tree. Each says what it means in its docstring.

HotlineError
├── SettingsInvalid
├── FlowInvalid
├── ImportRefused
├── NotReady
│   ├── ProgramMissing
│   ├── PartMissing
│   ├── FolderRefused
│   ├── TooSoon
│   └── StartFailed
├── NumberInvalid
├── CallbackInvalid
├── StrangeCaller
├── HandsetRefused
├── KeyMissing
│   └── KeyWrong
├── SealBroken
├── PassphraseWrong
├── PinRefused
├── Unavailable
│   ├── StoreUnavailable
│   ├── RunsUnavailable
│   ├── QueueUnavailable
│   └── InboxUnavailable
├── CircuitOpen
├── JobRefused
├── BackupInvalid
├── Occupied
├── CallRefused
├── EndRefused
├── ExerciseRefused
├── ErasureRefused
├── AskRefused
├── PersonnelRefused
├── ApprovalRefused
├── CodesRefused
├── DeskRefused
├── AccountRefused
├── Undecided
├── CopyFailed
├── KeysDiffer
├── FormRefused
└── NotFound

A message never holds an MSISDN nor a word of a tip: it may end in a log.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

TRY_AGAIN = 75
"""The exit code of what may succeed when it is said again (`EX_TEMPFAIL` of sysexits.h)."""


class HotlineError(Exception):
    """Anything this project raises on purpose."""

    exit_code: ClassVar[int] = 1
    """What a command ends with that raises it."""


class _Listed(HotlineError):
    """Carries every problem at once, so that a person mends them in one go."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class SettingsInvalid(_Listed):
    """The environment is wrong; carries every problem, nothing starts."""


class FlowInvalid(_Listed):
    """A flow document is wrong; carries every fault with its path."""


class ImportRefused(_Listed):
    """A file of rows is wrong; carries line and reason of each, nothing changed."""

    def __init__(self, problems: Sequence[object]) -> None:
        """Takes texts and remarks; a page says a remark in its reader's language."""
        self.said = tuple(problems)
        super().__init__([*map(str, problems)])


class NotReady(HotlineError):
    """Something that must exist does not yet; says which command makes it."""


class ProgramMissing(NotReady):
    """A program of the machine is missing; says which package brings it."""


class PartMissing(NotReady):
    """A home, a key folder or the tables are not there; says what to do next."""

    def __init__(self, what: str, step: str) -> None:
        self.what, self.step = what, step
        super().__init__(f"{what}: {step}")


class FolderRefused(NotReady):
    """A folder cannot be made or written by this account; says for whom it must be."""


class TooSoon(NotReady):
    """What was changed a moment ago may still be in use; says how long to wait."""


class StartFailed(NotReady):
    """A process or a server did not become ready; its log says why."""


class NumberInvalid(HotlineError):
    """Not a number that a message can be sent to."""


class CallbackInvalid(HotlineError):
    """A callback of the gateway that breaks the protocol."""


class StrangeCaller(HotlineError):
    """A hop of another phone in somebody's session; never leaves the conversation."""


class HandsetRefused(HotlineError):
    """The stand-in's handset cannot do that: it is off, or no dialogue is open."""


class KeyMissing(HotlineError):
    """A process was asked for a key that its folder does not hold."""


class KeyWrong(KeyMissing):
    """A key folder holds a key that is damaged, or another line's: it opens nothing that this line sealed."""


class SealBroken(HotlineError):
    """An envelope that was altered, or is not for this key."""


class PassphraseWrong(HotlineError):
    """The desk's key does not open with what was typed."""


class PinRefused(HotlineError):
    """A PIN opens nothing: it is wrong, or what it should open is broken. Nobody is told which."""


class Unavailable(HotlineError):
    """A part that the line leans on does not answer; the caller decides what still works."""

    exit_code = TRY_AGAIN


class StoreUnavailable(Unavailable):
    """The database cannot commit: the only one that ends a report."""


class RunsUnavailable(Unavailable):
    """Runs cannot be loaded or saved: a talk by SMS begins again."""


class QueueUnavailable(Unavailable):
    """The doorbell is dead: the clock delivers by itself."""


class InboxUnavailable(Unavailable):
    """The gateway's own inbox cannot be read: what it lists is asked for again."""


class CircuitOpen(HotlineError):
    """A server was not asked, since it did not answer a moment ago; never leaves the adapters."""


class JobRefused(HotlineError):
    """A job that none of ours rang; says nothing of what it held."""


class BackupInvalid(HotlineError):
    """A backup that was altered, cut off, or is none of ours; nothing of it stays."""


class Occupied(HotlineError):
    """A place that must be empty is not; says what to do."""


class CallRefused(HotlineError):
    """A call-back may not be opened, approved or ended now; says why."""


class EndRefused(HotlineError):
    """A case may not be closed, confirmed or opened again so; says why.

    `stop` is the `domain.cases.closing.ClosureStop`, where a page has words for it.
    """

    def __init__(self, message: object, stop: str = "") -> None:
        self.stop = stop
        super().__init__(message)


class ExerciseRefused(HotlineError):
    """No exercise may begin there now, or none runs; says why."""


class ErasureRefused(HotlineError):
    """A wish to erase may not be decided so; says why."""


class AskRefused(HotlineError):
    """A question may not be asked back now; says why."""


class PersonnelRefused(HotlineError):
    """A person may not leave, move or come back so; says what to do."""


class ApprovalRefused(HotlineError):
    """This account may not decide that now; says why."""


class CodesRefused(HotlineError):
    """Something may not be written of a person of a case now; `stop` is its `domain.cases.may_record.StopReason`."""

    def __init__(self, stop: str) -> None:
        self.stop = stop
        super().__init__(f"this is not written of a person of the case: {stop}")


class DeskRefused(HotlineError):
    """A desk may not be made so, or opened by that person; says why."""


class AccountRefused(HotlineError):
    """What was asked for an account of the console cannot be; `fault` is a `domain.accounts.faults.AccountFault`."""

    def __init__(self, fault: str, sentence: str) -> None:
        self.fault = fault
        super().__init__(sentence)


class Undecided(HotlineError):
    """A person must say first what is to become of something; says how."""


class CopyFailed(HotlineError):
    """A database's own program could not make or bring back a copy; says what it said."""


class KeysDiffer(HotlineError):
    """Several roles hold different copies of a key; says which."""


class FormRefused(HotlineError):
    """A posted form is wrong; carries a sentence in its reader's language by the id of each field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = faults
        super().__init__()


class NotFound(HotlineError):
    """No such tip, reference, desk or flow."""
