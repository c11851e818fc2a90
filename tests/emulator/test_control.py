import pytest
import requests

from hotline.emulator.emulator import Emulator, build_emulator
from hotline.emulator.server import create_app
from hotline.text.errors import SettingsInvalid
from tests.emulator.line import FakeLine
from tests.support.handsets import EmulatorClient

ONE = "+250788000001"


@pytest.mark.parametrize(
    ("peer", "host", "status"),
    [
        ("127.0.0.1", "127.0.0.1:8081", 200),
        ("127.0.0.1", "localhost:8081", 200),
        ("127.0.0.1", "localhost", 200),
        ("::1", "[::1]:8081", 200),
        ("192.0.2.7", "127.0.0.1:8081", 403),
        ("127.0.0.1", "elsewhere.example:8081", 403),
        ("127.0.0.1", "elsewhere.example", 403),
        ("", "127.0.0.1", 403),
    ],
)
def test_emulator_answers_only_local_host_name(peer: str, host: str, status: int) -> None:
    emulator = build_emulator()
    app = create_app(emulator).test_client()
    for path in ("/control/outbox", "/control/handset/%2B250788000001", "/"):
        response = app.get(path, environ_base={"REMOTE_ADDR": peer}, headers={"Host": host})
        assert response.status_code == status, path
    emulator.close()


def test_form_from_other_site_is_refused(url: str, client: EmulatorClient) -> None:
    response = requests.post(
        f"{url}/control/dial", data={"from": ONE, "code": "*384*777#"}, timeout=5
    )
    assert response.status_code == 415
    assert client.sessions() == []


def test_invalid_settings_are_all_refused_at_once(client: EmulatorClient) -> None:
    client.set(idle=20, direct_dial="B", senders=["LINE"])
    shown = client.get("settings")
    assert (shown["idle"], shown["direct_dial"], shown["senders"]) == (20.0, "B", ["LINE"])
    with pytest.raises(SettingsInvalid) as refused:
        client.set(idle="long", direct_dial="C", colour=1, senders="LINE")
    assert len(refused.value.problems) == 4
    assert client.get("settings") == shown


def test_travel_log_contains_no_text(client: EmulatorClient, line: FakeLine) -> None:
    session = client.dial()
    session.reply("canary word")
    client.text("canary word", msisdn=ONE)
    line.wait_for("sms")
    changes = client.changes(-1, 0)
    assert {"hop", "mo"} <= {travel["what"] for travel in changes["travels"]}
    assert "canary" not in str(changes)


def test_reset_deletes_everything(client: EmulatorClient) -> None:
    client.dial()
    client.set_faults({"kind": "html"})
    client.reset()
    assert client.sessions() == []
    assert client.handset(ONE)["calls"] == []
    assert client.get("faults")["faults"] == []


def test_no_repr_shows_a_message(client: EmulatorClient, emulator: Emulator) -> None:
    session = client.dial()
    session.reply("canary")
    client.text("canary", msisdn=ONE)
    state = emulator.state
    shown = f"{list(state.sessions.values())} {list(state.handsets.values())} {state.incoming} {session}"
    assert "canary" not in shown
    assert ONE not in shown
