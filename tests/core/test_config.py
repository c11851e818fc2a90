"""Tests how settings are read. All errors in the settings are reported together, and no error message shows a
secret.
"""

from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.core.settings import Settings, with_file_settings
from hotline.text.errors import SettingsInvalid

LIVE = "https://api.africastalking.com"


def problems(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(SettingsInvalid) as told:
        Settings.read(environ)
    return told.value.problems


def test_nothing_set_is_a_demo_on_this_machine_that_sends_nothing_out() -> None:
    settings = Settings.read({"PATH": "/bin"})

    assert settings.gateway_url == "http://127.0.0.1:8001"
    assert settings.database_url == f"sqlite:///{settings.home}/hotline.db"
    assert settings.home.is_absolute()
    assert settings.embedded_redis
    assert settings.redis_url == f"unix://{settings.home}/redis/redis.sock"
    assert settings.service_code == "*384*777#"
    assert not settings.inbound_sms
    assert settings.sms_inbox
    assert settings.keys is None
    assert settings.faults is None


MAIL = "smtps://line%40here.example:secret@mail.example"
EVERYTHING: dict[str, tuple[str, object]] = {
    "home": ("/srv/line", Path("/srv/line")),
    "port": ("9000", 9000),
    "web_host": ("10.0.0.7", "10.0.0.7"),
    "web_workers": ("4", 4),
    "database_url": ("postgresql+psycopg://line@db/line", "postgresql+psycopg://line@db/line"),
    "redis_url": ("redis://cache:6379/1", "redis://cache:6379/1"),
    "gateway_url": (LIVE, LIVE),
    "gateway_username": ("ministry", "ministry"),
    "gateway_api_key_file": ("/srv/key", Path("/srv/key")),
    "sender_id": ("JOBSAFE", "JOBSAFE"),
    "service_code": ("*801#", "*801#"),
    "shortcode": ("8010", "8010"),
    "inbound_sms": ("yes", True),
    "sms_inbox": ("none", False),
    "gateway_addresses": ("192.0.2.0/28, 2001:db8::7", ("192.0.2.0/28", "2001:db8::7")),
    "answer_cries": ("", False),
    "call_back_number": ("3512", "3512"),
    "national_number": ("3029", "3029"),
    "national_in_console": ("yes", True),
    "backups": ("/srv/b", Path("/srv/b")),
    "metrics_port": ("9464", 9464),
    "metrics_host": ("10.0.0.7", "10.0.0.7"),
    "log": ("text", "text"),
    "log_level": ("error", "error"),
    "line_url": ("https://line.example/", "https://line.example"),
    "sms_budget": ("250000", 250000),
    "sms_a_day": ("2500", 2500),
    "sms_an_hour": ("30", 30),
    "sends_at_once": ("8", 8),
    "alarm_command": ("page-somebody", "page-somebody"),
    "alarm_mail": (f"{MAIL}/duty@here.example", f"{MAIL}/duty@here.example"),
    "mail_server": (MAIL, MAIL),
    "console_port": ("9443", 9443),
    "console_host": ("::1", "::1"),
    "console_url": ("https://desk.example/", "https://desk.example"),
    "console_proxies": ("192.0.2.9", ("192.0.2.9",)),
    "law": ("/srv/l", Path("/srv/l")),
    "keys": ("/srv/k", Path("/srv/k")),
    "clock": ("", None),
    "faults": ("/srv/f", Path("/srv/f")),
}
"""The text and the value of each setting."""


def test_everything_that_may_be_set_is_read() -> None:
    environ = {f"HOTLINE_{name.upper()}": text for name, (text, _) in EVERYTHING.items()}
    settings = Settings.read(environ | {"HOTLINE_TESTING": "yes"})
    assert asdict(settings) == {name: value for name, (_, value) in EVERYTHING.items()}
    assert not settings.embedded_redis


WRONG = {
    "MAIL_SERVER": ["https://mail.example"],
    "SENDS_AT_ONCE": ["0", "1000", "all"],
    "WEB_WORKERS": ["0", "-1", "65", "1000000", "two"],
    "WEB_HOST": ["10.0.0.1:80"],
    "CONSOLE_HOST": ["a host"],
    "PORT": ["0", "65536", "eighty", "٨٠"],
    "DATABASE_URL": ["mysql://root@localhost/x", "sqlite://"],
    "REDIS_URL": ["http://localhost"],
    "GATEWAY_URL": [
        "http://api.africastalking.com",
        "https://africastalking.com.example.org",
        "https://notafricastalking.com",
        "https://me:pw@api.africastalking.com",
        "https://api.africastalking.com/version1",
        "http://10.0.0.1:8001",
        "http://127.0.0.1:port",
        "https://[half",
    ],
    "GATEWAY_API_KEY": ["atsk_0"],
    "SENDER_ID": ["TOO LONG A NAME"],
    "SERVICE_CODE": ["384*777#", "*384*777", "*384**7#"],
    "SHORTCODE": ["+2507"],
    "INBOUND_SMS": ["perhaps"],
    "ANSWER_CRIES": ["perhaps", "yes"],
    "CONSOLE_PROXIES": ["proxy.example"],
    "GATEWAY_ADDRESSES": ["gateway.example", "192.0.2.7/28"],
    "FAULTS": ["/tmp/faults"],
    "SERVCE_CODE": ["*384#"],
    "": ["x"],
}


@pytest.mark.parametrize(
    ("variable", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_what_is_wrong_is_named(variable: str, value: str) -> None:
    (problem,) = problems({f"HOTLINE_{variable}": value})

    assert problem.startswith(f"HOTLINE_{variable}:")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        *((word, True) for word in ("1", "true", "on", "yes", "True", "YES", " on ")),
        *((word, False) for word in ("0", "false", "off", "no", "No", "OFF", "")),
    ],
)
def test_a_switch_understands_the_usual_words(said: str, meant: bool) -> None:
    assert Settings.read({"HOTLINE_INBOUND_SMS": said}).inbound_sms is meant
    with_faults = {"HOTLINE_TESTING": said, "HOTLINE_FAULTS": "/nowhere"}
    if meant:
        assert Settings.read(with_faults).faults is not None
    else:
        assert problems(with_faults)[0].startswith("HOTLINE_FAULTS")


def test_a_setting_that_is_nearly_right_is_told_with_the_right_name() -> None:
    near, far = problems({"HOTLINE_SERVCE_CODE": "*384#", "HOTLINE_XYZZY": "1"})
    assert near == "HOTLINE_SERVCE_CODE: no such setting. Did you mean HOTLINE_SERVICE_CODE?"
    assert far == "HOTLINE_XYZZY: no such setting"


def test_a_clock_is_turned_before_the_pretended_gateway_alone(tmp_path: Path) -> None:
    """The clock can only be moved with the simulated gateway: even a test must not move it if an alert could reach a
    real person."""
    turned = {"HOTLINE_CLOCK": str(tmp_path / "clock")}
    assert Settings.read(turned).clock == tmp_path / "clock"
    live = {"HOTLINE_GATEWAY_URL": LIVE, "HOTLINE_TESTING": "yes"}
    (problem,) = problems(turned | live)
    assert problem.startswith("HOTLINE_CLOCK")


def test_everything_wrong_is_told_at_once() -> None:
    found = problems(
        {"HOTLINE_PORT": "x", "HOTLINE_INBOUND_SMS": "x", "HOTLINE_FOO": "x", "HOTLINE_BAR": ""}
    )

    assert [problem.partition(":")[0] for problem in found] == [
        "HOTLINE_PORT",
        "HOTLINE_INBOUND_SMS",
        "HOTLINE_BAR",
        "HOTLINE_FOO",
    ]


def test_the_gateway_s_key_in_the_environment_is_refused_with_what_to_do() -> None:
    (problem,) = problems({"HOTLINE_GATEWAY_API_KEY": "s3cret"})
    assert "hotline keys gateway" in problem
    assert "s3cret" not in problem


def test_reading_settings_opens_no_key(tmp_path: Path) -> None:
    named = Settings.read({"HOTLINE_GATEWAY_API_KEY_FILE": str(tmp_path / "nowhere")})
    assert named.gateway_api_key_file == tmp_path / "nowhere"
    assert (named.is_emulated, Settings.read({"HOTLINE_GATEWAY_URL": LIVE}).is_emulated) == (
        True,
        False,
    )


def test_nothing_secret_is_shown() -> None:
    settings = Settings.read(
        {
            "HOTLINE_DATABASE_URL": "postgresql+psycopg://line:s3cret@db:5432/line?password=s3cret",
            "HOTLINE_REDIS_URL": "redis://:s3cret@cache:6379/1",
        }
    )

    assert "s3cret" not in repr(settings) + str(settings) + str(settings.shown())
    assert settings.shown()["database_url"] == "postgresql+psycopg://***@db:5432/line"
    assert settings.shown()["redis_url"] == "redis://***@cache:6379/1"


def test_the_file_that_is_named_holds_settings_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        'home = "/srv/line"\nport = 9000\nlog = "text"\ninbound_sms = true\n'
        'console_proxies = ["192.0.2.9", "192.0.2.16/28"]\n[console]\nport = 9443\n'
    )
    given = {"HOTLINE_SETTINGS": str(file), "HOTLINE_PORT": "9100", "HOTLINE_LOG": " "}

    settings = Settings.read(given)

    assert settings.home == Path("/srv/line")
    assert (settings.port, settings.console_port) == (9100, 9443)
    assert (settings.log, settings.inbound_sms) == ("text", True)
    assert settings.console_proxies == ("192.0.2.9", "192.0.2.16/28")
    assert Settings.read({}).port == 8000
    assert Settings.read(with_file_settings(given)) == settings
    assert "HOTLINE_SETTINGS" not in with_file_settings(given)


def test_faults_of_the_file_and_of_the_environment_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('prt = 9000\nport = "s3cret"\ngateway_api_key = "s3cret"\n')
    told = problems({"HOTLINE_SETTINGS": str(file), "HOTLINE_LOG": "s3cret"})

    assert [one.partition(":")[0] for one in told] == [
        "HOTLINE_PORT",
        "HOTLINE_LOG",
        "HOTLINE_GATEWAY_API_KEY",
        "HOTLINE_PRT",
    ]
    assert told[-1].endswith("Did you mean HOTLINE_PORT?")
    assert "s3cret" not in str(told)


@pytest.mark.parametrize("written", [None, b"port = \n", b"\xff"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, written: bytes | None) -> None:
    file = tmp_path / "settings.toml"
    if written is not None:
        file.write_bytes(written)
    told = problems({"HOTLINE_SETTINGS": str(file)})
    assert told == (f"HOTLINE_SETTINGS: {file} cannot be read as TOML",)


def test_a_socket_s_path_fits_where_the_home_folder_s_does_not() -> None:
    settings = Settings.read({"HOTLINE_HOME": "/" + "long/" * 30})

    assert len(settings.redis_url.removeprefix("unix://").encode()) <= 100
    assert settings.redis_url != Settings.read({"HOTLINE_HOME": "/" + "lang/" * 30}).redis_url


@given(st.dictionaries(st.sampled_from([*WRONG]).map("HOTLINE_".__add__), st.text()))
def test_any_environment_is_settings_or_a_list_of_problems(environ: dict[str, str]) -> None:
    try:
        settings = Settings.read(environ)
    except SettingsInvalid as invalid:
        told = invalid.problems
    else:
        told = tuple(settings.shown())
    assert told


@pytest.mark.parametrize("missing", ["INBOUND_SMS", "SMS_INBOX", "GATEWAY_ADDRESSES", None])
def test_a_cry_is_answered_only_where_both_ways_can_prove_it(missing: str | None) -> None:
    given = {
        "HOTLINE_ANSWER_CRIES": "yes",
        "HOTLINE_INBOUND_SMS": "yes",
        "HOTLINE_SMS_INBOX": "read",
        "HOTLINE_GATEWAY_ADDRESSES": "192.0.2.0/28",
    }
    if missing is None:
        assert Settings.read(given).answer_cries
        return
    given[f"HOTLINE_{missing}"] = {"SMS_INBOX": "none"}.get(missing, "")
    with pytest.raises(SettingsInvalid, match="HOTLINE_ANSWER_CRIES: needs"):
        Settings.read(given)
