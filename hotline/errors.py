"""Every exception this project raises, in one tree.

HotlineError
├── SettingsInvalid        the environment is wrong; carries every problem, nothing starts
├── FlowInvalid            a flow document is wrong; carries every fault with its path
├── ImportRefused          a file of rows is wrong; carries line and reason of each, nothing changed
├── NotReady               something that must exist does not yet; says which command makes it
├── NumberInvalid          not a number that a message can be sent to
├── CallbackInvalid        a callback of the gateway that breaks the protocol
├── StrangeCaller          a hop of another phone in somebody's session; never leaves the conversation
├── HandsetRefused         the stand-in's handset cannot do that: it is off, or no dialogue is open
├── LabelMissing           a caller who reads finds no such choice on the handset's screen
├── DialogueBroken         a dialogue ended before it said that the tip is kept
├── KeyMissing             a process was asked for a key that its folder does not hold
├── SealBroken             an envelope that was altered, or is not for this key
├── PassphraseWrong        the desk's key does not open with what was typed
├── Unavailable            a part that the line leans on does not answer; the caller decides what still works
│   ├── StoreUnavailable       the database cannot commit: the only one that ends a report
│   ├── RunsUnavailable        runs cannot be loaded or saved: the hop goes on by replay
│   ├── QueueUnavailable       the doorbell is dead: the clock delivers by itself
│   └── InboxUnavailable       the gateway's own inbox cannot be read: what it lists is asked for again
├── CircuitOpen            a server was not asked, since it did not answer a moment ago; never leaves the adapters
├── JobRefused             a job that none of ours rang; says nothing of what it held
├── BackupInvalid          a backup that was altered, cut off, or is none of ours; nothing of it stays
├── Occupied               a place that must be empty is not; says what to do
├── CallRefused            a call-back may not be opened, approved or ended now; says why
├── EndRefused             a case may not be ended, judged or opened again so; says why
├── ErasureRefused         a wish to erase may not be decided so; says why
├── AskRefused             a question may not be asked back now; says why
├── PersonnelRefused       a person may not leave, move or come back so; says what to do
├── Undecided              a person must say first what is to become of something; says how
└── NotFound               no such tip, reference, desk or flow

A message never holds an MSISDN nor a word of a tip: it may end in a log.
"""

from collections.abc import Sequence


class HotlineError(Exception):
    """Anything this project raises on purpose."""


class _Listed(HotlineError):
    """Carries every problem at once, so that a person mends them in one go."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class SettingsInvalid(_Listed):
    pass


class FlowInvalid(_Listed):
    pass


class ImportRefused(_Listed):
    pass


class NotReady(HotlineError):
    pass


class NumberInvalid(HotlineError):
    pass


class CallbackInvalid(HotlineError):
    pass


class StrangeCaller(HotlineError):
    pass


class HandsetRefused(HotlineError):
    pass


class LabelMissing(HotlineError):
    pass


class DialogueBroken(HotlineError):
    pass


class KeyMissing(HotlineError):
    pass


class SealBroken(HotlineError):
    pass


class PassphraseWrong(HotlineError):
    pass


class Unavailable(HotlineError):
    pass


class StoreUnavailable(Unavailable):
    pass


class RunsUnavailable(Unavailable):
    pass


class QueueUnavailable(Unavailable):
    pass


class InboxUnavailable(Unavailable):
    pass


class CircuitOpen(HotlineError):
    pass


class JobRefused(HotlineError):
    pass


class BackupInvalid(HotlineError):
    pass


class Occupied(HotlineError):
    pass


class CallRefused(HotlineError):
    pass


class EndRefused(HotlineError):
    pass


class ErasureRefused(HotlineError):
    pass


class AskRefused(HotlineError):
    pass


class PersonnelRefused(HotlineError):
    pass


class Undecided(HotlineError):
    pass


class NotFound(HotlineError):
    pass
