"""Runs `hotline keys hooks`, which prints and changes the secret addresses that the gateway calls. During a change, the
hotline still gets every call of the gateway."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from hotline.cli.contexts import Role, key_folder
from hotline.cli.options import as_json_option, print_json
from hotline.core.settings import Settings
from hotline.keys import gateway_secrets
from hotline.keys.gateway_secrets import QUIET
from hotline.keys.key_folder import HOOKS, hook_secrets
from hotline.text.errors import TooSoon

PATHS = {"ended": "ussd/ended"}
"""Maps the name of a hook to the path of its address. A hook that is not in this table has its name as the path."""


def _an_address(_context: click.Context, _option: click.Parameter, base: str | None) -> str | None:
    """Returns the address if it begins with `http://` or `https://`, and refuses any other address."""
    if base and not base.startswith(("http://", "https://")):
        raise click.BadParameter("enter an address that begins with https://")
    return base


base_option = click.option(
    "--base",
    metavar="URL",
    callback=_an_address,
    help="Public address (URL) at which the gateway reaches the web process.",
)


@click.group(invoke_without_command=True)
@base_option
@as_json_option
@click.pass_context
def hooks(click_context: click.Context, base: str | None, as_json: bool) -> None:
    """Print the secret addresses that the gateway calls. A person who knows these addresses can send a false request in
    the name of a caller.

    Example: hotline keys hooks --base https://line.example.org
    """
    if click_context.invoked_subcommand is None:
        settings = Settings.read(os.environ)
        _print(settings, hook_secrets(key_folder(settings, Role.HOOKS)), base, as_json=as_json)


@hooks.command()
@base_option
@as_json_option
def rotate(base: str | None, as_json: bool) -> None:
    """Create new secret addresses for the gateway and print them. An old address stops working when the gateway has
    used the new address, and has not called the old address for ten minutes. `hotline keys hooks end-old --now` stops
    the old addresses at once. Web processes and the relay use the new addresses without a restart. The relay also
    gets a new address of its own. On several machines, copy the folder `hooks` to each machine before you paste the
    addresses into the gateway's dashboard. Then copy the file `listed.secret` to each folder `workers`.

    Example: hotline keys hooks rotate --base https://line.example.org
    """
    settings = Settings.read(os.environ)
    live = gateway_secrets.rotate_secrets(key_folder(settings, Role.HOOKS), _relay(settings))
    _print(settings, live, base, as_json=as_json)
    click.echo(
        "paste these into the gateway's dashboard. An old address ends after the gateway has used the new one, "
        "and the old one for ten minutes no more",
        err=True,
    )


@hooks.command("end-old")
@click.option(
    "--now",
    is_flag=True,
    help="Close the old addresses even if the gateway called them in the last ten minutes.",
)
@as_json_option
def end_old(now: bool, as_json: bool) -> None:
    """Make the old addresses stop working, and print for each address when the gateway last called it.

    Without --now, the command refuses if the gateway called an old address less than ten minutes ago. A call to an
    address that has stopped working gets HTTP status 404.

    Example: hotline keys hooks end-old
    """
    settings = Settings.read(os.environ)
    folder = key_folder(settings, Role.HOOKS)
    live, after = gateway_secrets.live_secrets(folder), datetime.now(UTC) - QUIET
    old = {hook: gateway_secrets.last_used(folder, secrets[1:]) for hook, secrets in live.items()}
    hook_names = [hook for hook, at in old.items() if at is not None and at > after]
    if hook_names and not now:
        raise TooSoon(
            f"the gateway used the old address of {', '.join(hook_names)} in the last ten minutes: "
            "paste the new address into its dashboard, or close the old address with --now"
        )
    gateway_secrets.end_old_secrets(folder, _relay(settings))
    new = {hook: gateway_secrets.last_used(folder, secrets[:1]) for hook, secrets in live.items()}
    ended = {hook: max(len(secrets) - 1, 0) for hook, secrets in live.items()}
    if as_json:
        print_json(
            {
                hook: {
                    "ended": ended[hook],
                    "old_last_used": old[hook],
                    "new_last_used": new[hook],
                }
                for hook in live
            }
        )
        return
    for hook in live:
        click.echo(
            f"{hook:9} {ended[hook]} ended, last called {_utc(old[hook])}; the new one last called {_utc(new[hook])}"
        )


def _relay(settings: Settings) -> Path | None:
    """Returns the key folder of the relay, or None if the relay is not on this machine."""
    folder = key_folder(settings, Role.WORKERS)
    return folder if folder.is_dir() else None


def _print(
    settings: Settings, live: Mapping[str, Sequence[str]], base: str | None, *, as_json: bool
) -> None:
    found = addresses(settings, live, base)
    if as_json:
        print_json(found)
        return
    for hook, address in found.items():
        click.echo(f"{hook:9} {address}")


def addresses(
    settings: Settings, live: Mapping[str, Sequence[str]], base: str | None = None
) -> dict[str, str]:
    """Returns the address of each hook (an address that the gateway calls), with `base` at its beginning. Without
    `base`, the addresses begin with the address of this machine."""
    base = (base or f"http://127.0.0.1:{settings.port}").rstrip("/")
    return {hook: f"{base}/hooks/{live[hook][0]}/{PATHS.get(hook, hook)}" for hook in HOOKS}


def _utc(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "never"
