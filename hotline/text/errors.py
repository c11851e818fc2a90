"""Defines all exceptions of this project, in one tree. The docstring of each exception says what it means.

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
├── DecryptionFailed
├── PassphraseWrong
├── PinRefused
├── Unavailable
│   ├── StoreUnavailable
│   ├── RunsUnavailable
│   ├── InboxUnavailable
│   └── WorkEnded
├── CircuitOpen
├── JobRefused
├── BackupInvalid
├── Occupied
├── CallRefused
├── EndRefused
├── DrillRefused
├── ErasureRefused
├── AskRefused
├── PersonnelRefused
├── ApprovalRefused
├── CodesRefused
├── DeskRefused
├── AccountRefused
├── DraftRefused
├── EditClash
├── Undecided
├── CopyFailed
├── KeysDiffer
├── FormRefused
└── NotFound

An error's message never contains a phone number or any text of a tip, because logs may record the message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

TRY_AGAIN = 75
"""The exit code of a command that may succeed if it is run again (`EX_TEMPFAIL` of sysexits.h)."""


class HotlineError(Exception):
    """An error that the hotline's own code raises for a known kind of problem. Other errors are bugs."""

    exit_code: ClassVar[int] = 1
    """The exit code of a command that ends with this error."""


class _Listed(HotlineError):
    """An error that lists every problem, so that a person can fix all of them at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class SettingsInvalid(_Listed):
    """The settings in the environment are wrong. The error lists every problem. No process starts."""


class FlowInvalid(_Listed):
    """A flow document is wrong. The error lists every fault with its path in the document."""


class ImportRefused(_Listed):
    """A file with rows is wrong, such as a list of colleagues. The error lists the line and the reason of each problem.
    The import changed no data.
    """

    def __init__(self, problems: Sequence[object]) -> None:
        """Stores the problems as texts or as messages. A page shows a message in its reader's language."""
        self.said = tuple(problems)
        super().__init__([*map(str, problems)])


class NotReady(HotlineError):
    """A part that the hotline needs, such as a key, does not exist yet. The error says which command creates this
    part."""


class ProgramMissing(NotReady):
    """A program is not installed on this machine. The error says which package provides it."""


class PartMissing(NotReady):
    """A home folder, a key folder or the tables do not exist. The error says what to do next."""

    def __init__(self, what: str, step: str) -> None:
        self.what, self.step = what, step
        super().__init__(f"{what}: {step}")


class FolderRefused(NotReady):
    """The system account that runs this process may not create a folder or write in it. The error says which account
    needs access."""


class TooSoon(NotReady):
    """A process may still be using data from before a recent change, so the command must wait. The error says how long
    the command must wait."""


class StartFailed(NotReady):
    """A process or a server did not become ready after its start. The log of this process or server says why."""


class NumberInvalid(HotlineError):
    """A text is not a phone number to which the hotline can send messages."""


class CallbackInvalid(HotlineError):
    """A callback of the gateway violates the protocol."""


class StrangeCaller(HotlineError):
    """A hop (one USSD request) came from a different phone than its session. The conversation service always catches
    this error.
    """


class HandsetRefused(HotlineError):
    """The emulated phone cannot do the requested action, because the phone is off or has no open dialogue."""


class KeyMissing(HotlineError):
    """The key folder of this process does not contain the key that the process needs."""


class KeyWrong(KeyMissing):
    """A key is damaged or belongs to another hotline, so it cannot decrypt data of this hotline."""


class DecryptionFailed(HotlineError):
    """Someone altered an encrypted value, or the value was encrypted for a different key."""


class PassphraseWrong(HotlineError):
    """The passphrase does not decrypt the key."""


class PinRefused(HotlineError):
    """The PIN does not decrypt the key. Either the PIN is wrong, or the encrypted key is damaged. The hotline cannot
    know which of these two is the cause.
    """


class Unavailable(HotlineError):
    """A server or service on which the hotline depends, such as the database, does not answer. The calling code
    decides what still works."""

    exit_code = TRY_AGAIN


class StoreUnavailable(Unavailable):
    """The database cannot commit. Without the database, callers cannot report. If any other part is unavailable,
    callers can still report."""


class RunsUnavailable(Unavailable):
    """The process cannot load or save conversation states. As long as this problem lasts, each SMS of a caller starts a
    new conversation."""


class InboxUnavailable(Unavailable):
    """The hotline cannot read the gateway's inbox, and tries again later."""


class WorkEnded(Unavailable):
    """Long work ended without a result, because of a limit or an error. The text of the error is the reason."""


class CircuitOpen(HotlineError):
    """A call to a server failed, or the hotline did not try the call because an earlier call to this server has just
    failed. The module that calls Redis always catches this error.
    """


class JobRefused(HotlineError):
    """The queue contains a job that no process of the hotline created. The error contains no part of the job."""


class BackupInvalid(HotlineError):
    """A backup was changed, is incomplete, or does not come from this project. The restore keeps no part of this
    backup."""


class Occupied(HotlineError):
    """A folder, a port or another resource that must be empty or free is in use. The error says what to do."""


class CallRefused(HotlineError):
    """No one may open, approve or end this call-back now. The error says why."""


class EndRefused(HotlineError):
    """No one may close or reopen a case, or confirm its closure, in this way. The error says why.

    `stop` is the reason as a `tips.rules_persons.ClosureRefusal`, if a page has a text for this reason.
    """

    def __init__(self, message: object, stop: str = "") -> None:
        self.stop = stop
        super().__init__(message)


class DrillRefused(HotlineError):
    """A drill may not begin at this desk now, or the drill that a person wants to end is not running. The error says
    why."""


class ErasureRefused(HotlineError):
    """No one may decide an erasure request in this way. The error says why."""


class AskRefused(HotlineError):
    """A desk may not ask the holder of a receipt this question now. The error says why."""


class PersonnelRefused(HotlineError):
    """The hotline cannot change a person's post, leave or data in this way. The error says what to do."""


class ApprovalRefused(HotlineError):
    """This account may not approve or refuse this request now. The error says why."""


class CodesRefused(HotlineError):
    """No one may record these facts about a person of a case now.

    `stop` is the reason, an `alerts.rules_follow_up.StopReason`.
    """

    def __init__(self, stop: str) -> None:
        self.stop = stop
        super().__init__(f"this is not written of a person of the case: {stop}")


class DeskRefused(HotlineError):
    """A desk may not be created in this way, or this person may not use the desk's key. The error says why."""


class AccountRefused(HotlineError):
    """The hotline cannot change a console account in this way. `fault` is the reason, a
    `people.rules_accounts.AccountFault`."""

    def __init__(self, fault: str, sentence: str) -> None:
        self.fault = fault
        super().__init__(sentence)


@dataclass
class DraftRefused(HotlineError):
    """A service does not carry out a command on a draft."""

    refusal: str
    """The reason, an `editing.service_drafts.Refusal`."""
    where: Sequence[Any] = ()
    """The places in the draft that are the reason: problems of the check, changes that need an approver, old
    translations, names of parts, or messages about the document."""


@dataclass
class EditClash(HotlineError):
    """Two people changed the same fields, so nothing was saved. The editor chooses one version for each conflict, and
    sends the form again."""

    parts: Mapping[str, Sequence[Any]]
    """The conflicts for which the editor must still choose a version, by the part of the draft. A conflict is an
    `editing.rules_forms.FieldClash`."""
    author: str = ""
    """The person who saved the same part of the draft after the editor opened the form. The name is empty if a
    publication caused the conflict."""


class Undecided(HotlineError):
    """The hotline cannot continue before a person makes a decision. The error says which decision is needed, and how
    to make it."""


class CopyFailed(HotlineError):
    """The database's own program could not create or restore a copy of the database. The error contains what the
    program reported."""


class KeysDiffer(HotlineError):
    """The key folders of several roles contain different versions of a key. The error names the key."""


class FormRefused(HotlineError):
    """A posted form is wrong. For each wrong field, the error has the field's id and an error text in the reader's
    language."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = faults
        super().__init__()


class NotFound(HotlineError):
    """There is no tip, reference, desk or flow with this name or number."""
