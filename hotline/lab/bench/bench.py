"""`hotline bench`: what the line does, measured on this machine with its real processes. A file for each bench."""

import click

from hotline.lab.bench.alerts import alerts
from hotline.lab.bench.console.console import console_bench
from hotline.lab.bench.dialogues import dialogues_bench
from hotline.lab.bench.flows import flows_bench
from hotline.lab.bench.hops.hop import hop_bench
from hotline.lab.bench.memory import memory_bench
from hotline.lab.bench.nation.nation import nation_bench
from hotline.lab.bench.reading.reader import reader_bench
from hotline.lab.bench.refer import refer_bench
from hotline.lab.bench.report import report_bench
from hotline.lab.bench.start import start_bench

BENCHES = (
    alerts,
    dialogues_bench,
    flows_bench,
    hop_bench,
    memory_bench,
    reader_bench,
    refer_bench,
    report_bench,
    start_bench,
)
LONG = (nation_bench, console_bench)
"""Those that take minutes."""


@click.group()
def bench() -> None:
    """Measure this machine. Everything runs on loopback and ends by itself."""


@click.command("all")
@click.option(
    "--long", "with_long", is_flag=True, help="Also `nation` and `console`, which take minutes."
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each.")
@click.pass_context
def every_bench(context: click.Context, with_long: bool, as_json: bool) -> None:
    """Each of them, one after the other, with its defaults."""
    for command in (*BENCHES, *LONG) if with_long else BENCHES:
        click.echo(f"{command.name} ...", err=True)
        if not as_json:
            click.echo(f"\n{command.name}")
        context.invoke(command, as_json=as_json)


for command in (*BENCHES, *LONG, every_bench):
    bench.add_command(command)
