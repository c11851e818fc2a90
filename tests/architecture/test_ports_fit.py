"""Tests that the type checker refuses an adapter that does not fit its port. The test breaks each adapter in turn."""

import re
import sys
from pathlib import Path
from subprocess import run

import pytest

from tests.architecture.tree import ROOT

ADAPTERS = {
    "gateway.africastalking.AfricasTalkingSms": "SmsGateway.send",
    "gateway.africastalking.AfricasTalkingInbox": "SmsInbox.after",
    "gateway.http.ListedHook": "OwnHook.tell",
    "gateway.senders.ThreadSenders": "Senders.fill",
    "dialogue.redis_adapters.RqJobs": "JobQueue.ring",
    "dialogue.redis_adapters.RedisStarts": "StartStore.find",
    "dialogue.redis_adapters.RedisStates": "StateStore.load",
    "monitoring.instruments.Gauges": "Instruments.queue_length",
    "monitoring.second_channel.SecondChannel": "OtherChannel.tell",
    "flows.flow_set_cache.SqlFlowSets": "FlowSets.book",
}
"""Each adapter, with the name of one of its methods. The test gives this method a wrong type in a copy of the
adapter."""


def _broken(adapter: str, verb: str) -> str:
    """Returns the code of a module that changes the method `verb` of an adapter and returns the adapter as its port."""
    module, _, name = adapter.rpartition(".")
    port, _, verb = verb.partition(".")
    return f"""
from hotline.{module} import {name}
from hotline.core.contexts import {port}

class Broken{name}({name}):
    def {verb}(self, nothing: complex) -> complex:  # type: ignore[override]
        return nothing

def make_{name}(made: Broken{name}) -> {port}:
    return made

def whole_{name}(made: {name}) -> {port}:
    return made
"""


@pytest.mark.slow(reason="waits for the disk from which a type checker reads")
def test_a_broken_signature_of_each_adapter_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "broken.py"
    source.write_text("".join(_broken(*one) for one in ADAPTERS.items()))
    said = run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file",
            ROOT / "pyproject.toml",
            source,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    refused = re.findall(r'got "Broken(\w+)", expected', said)
    assert sorted(refused) == sorted(adapter.rpartition(".")[2] for adapter in ADAPTERS), said
