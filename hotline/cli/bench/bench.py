"""`hotline bench`: what the line does, measured on this machine with its real processes. A file for each bench."""

import click

from hotline.cli.bench.alerts import alerts
from hotline.cli.bench.flows import flows_bench
from hotline.cli.bench.hop import hop_bench
from hotline.cli.bench.memory import memory_bench
from hotline.cli.bench.refer import refer_bench
from hotline.cli.bench.start import start_bench


@click.group()
def bench() -> None:
    """Measure this machine. Everything runs on loopback and ends by itself."""


for command in (alerts, flows_bench, hop_bench, memory_bench, refer_bench, start_bench):
    bench.add_command(command)
