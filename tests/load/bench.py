"""`bin/bench`: what the line does, measured on this machine with its real processes. A file for each bench."""

import click

from hotline.cli.main import PlainErrors
from tests.chaos.chaos import chaos
from tests.drill.drill import drill
from tests.erasure.shred import prove_shred
from tests.load.alerts import alerts
from tests.load.console.console import console_bench
from tests.load.dialogues import dialogues_bench
from tests.load.flows import flows_bench
from tests.load.hops.hop import hop_bench
from tests.load.memory import memory_bench
from tests.load.nation.nation import nation_bench
from tests.load.reading.reader import reader_bench
from tests.load.refer import refer_bench
from tests.load.report import report_bench
from tests.load.start import start_bench

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


@click.group(cls=PlainErrors, context_settings={"help_option_names": ["-h", "--help"]})
def bench() -> None:
    """Measure this machine, and prove what the line promises. Everything runs on loopback and ends by itself."""


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


PROOFS = (chaos, drill, prove_shred)

for command in (*BENCHES, *LONG, every_bench, *PROOFS):
    bench.add_command(command)
