"""`hotline hooks`: the addresses to paste into the gateway's dashboard."""

import json
import os

import click

from hotline.bootstrap import Role, key_folder
from hotline.config import Settings
from hotline.sealing.keyfolder import HOOKS, hook_secrets

PATHS = {"ended": "ussd/ended"}
"""Where a hook's path is not its name."""


@click.command()
@click.option("--base", metavar="URL", help="How the gateway reaches the web process.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def hooks(base: str | None, as_json: bool) -> None:
    """Print the secret addresses that the gateway calls: whoever has them can forge a caller."""
    settings = Settings.read(os.environ)
    if base and not base.startswith(("http://", "https://")):
        raise click.BadParameter("begins with https://", param_hint="--base")
    base = (base or f"http://127.0.0.1:{settings.port}").rstrip("/")
    secrets = hook_secrets(key_folder(settings, Role.HOOKS))

    addresses = {hook: f"{base}/hooks/{secrets[hook][0]}/{PATHS.get(hook, hook)}" for hook in HOOKS}
    if as_json:
        click.echo(json.dumps(addresses, indent=2))
        return
    for hook, address in addresses.items():
        click.echo(f"{hook:9} {address}")
