"""The units of systemd that docs/deployment.md gives start programs that there are, in places that agree.

Whether systemd takes every key of them is for `systemd-analyze verify`; what a night does is tested elsewhere.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from configparser import ConfigParser
from io import StringIO
from ipaddress import ip_address
from pathlib import Path, PurePosixPath

import pytest
from dotenv import dotenv_values

from orchestration.settings import REPOSITORY, Environment, Options

PAGE = (REPOSITORY / "docs" / "deployment.md").read_text("utf-8")
CODE = PurePosixPath("/opt/closedloop")
SECRETS = "/etc/closedloop/acme.env"
SAME_AS = {
    "closedloop-acme-intraday.service": "closedloop-acme.service",
    "closedloop-acme-intraday.timer": "closedloop-acme.timer",
    "closedloop-acme-web.service": "closedloop-acme-daemon.service",
}
"""Units of which the page says only in what they differ from another."""


def _files() -> dict[str, str]:
    """Text of each file that the page gives, by its path."""
    return dict(re.findall(r"^```ini\n# (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


def _parsed(text: str) -> ConfigParser:
    unit = ConfigParser(interpolation=None, delimiters="=")  # a key that is there twice is an error
    unit.optionxform = str
    unit.read_string(text)
    return unit


def _units() -> dict[str, ConfigParser]:
    """Every unit as it is installed."""
    texts = {PurePosixPath(path).name: text for path, text in _files().items() if path != SECRETS}
    units = {name: _parsed(text) for name, text in texts.items() if name not in SAME_AS}
    for name, base in SAME_AS.items():
        section = "Timer" if name.endswith(".timer") else "Service"
        units[name] = _parsed(texts[base])
        units[name].read_string(f"[{section}]\n{texts[name]}")
    return units


UNITS = _units()
SERVICES = {name: unit["Service"] for name, unit in UNITS.items() if name.endswith(".service")}
ENVIRONMENT = dotenv_values(stream=StringIO(_files()[SECRETS]))


def test_the_page_gives_the_units_it_speaks_of():
    assert set(UNITS) == {
        f"closedloop-acme{name}"
        for name in (
            ".service",
            ".timer",
            "-intraday.service",
            "-intraday.timer",
            "-daemon.service",
            "-web.service",
        )
    }
    assert set(re.findall(r"systemctl \w+ (?:--now )?(\S+)", PAGE)) <= set(UNITS)


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_starts_exists_with_its_options(name):
    program, *arguments = shlex.split(SERVICES[name]["ExecStart"])
    assert PurePosixPath(program).parent == CODE / ".venv" / "bin"
    # An option that is not known is told before help is given.
    here = Path(sys.executable).parent / PurePosixPath(program).name
    done = subprocess.run([here, *arguments, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_servers_listen_on_this_machine_only():
    servers = [service["ExecStart"] for service in SERVICES.values() if "webserver" in service["ExecStart"]]
    assert len(servers) == 1
    host = re.search(r" (?:-h|--host)[ =](\S+)", servers[0])
    assert host
    assert ip_address(host[1]).is_loopback


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_lives_where_its_environment_says(name):
    service = SERVICES[name]
    home = ENVIRONMENT["CLOSEDLOOP_HOME"]
    assert service["EnvironmentFile"] == SECRETS
    assert service["WorkingDirectory"] == home
    assert service["ReadWritePaths"] == f"{home}/{Options().data}"
    assert PurePosixPath(ENVIRONMENT["CLOSEDLOOP_DAGSTER_HOME"]).is_relative_to(service["ReadWritePaths"])
    assert f"useradd --system --home-dir {home} --shell /usr/sbin/nologin {service['User']}" in PAGE
    assert f"install -d -o {service['User']} -g {service['User']} -m 750 {service['ReadWritePaths']}" in PAGE
    assert f"install -o root -g {service['User']} -m 640 /dev/null {SECRETS}" in PAGE


def test_the_environment_names_what_is_read():
    sources = [REPOSITORY / "dagster.yaml", *(REPOSITORY / "orchestration").rglob("*.py")]
    read = {f"CLOSEDLOOP_{name.upper()}" for name in Environment.model_fields}
    for source in sources:
        read |= set(re.findall(r"(?:\"|env: )(CLOSEDLOOP_[A-Z_]+)", source.read_text("utf-8")))
    assert {name for name in ENVIRONMENT if name.startswith("CLOSEDLOOP_")} <= read
    assert ENVIRONMENT["DAGSTER_HOME"] == str(CODE)
    assert (REPOSITORY / "dagster.yaml").exists()


def test_a_timer_starts_a_service_of_its_name_that_ends():
    timers = {name: unit for name, unit in UNITS.items() if name.endswith(".timer")}
    assert len(timers) == 2
    for name, unit in timers.items():
        assert "Unit" not in unit["Timer"]
        assert SERVICES[name.replace(".timer", ".service")]["Type"] == "oneshot"
        assert unit["Install"]["WantedBy"] == "timers.target"
