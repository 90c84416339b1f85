"""The files of deploy/ are run: nginx and Caddy in front of a real server, units checked by systemd."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from atlas_ld.config import Settings
from atlas_ld.release.layout import Release
from tests.web.serving import Answer, Server, free_port, serving

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = "data.example.org"


@pytest.fixture(scope="module")
def server(demonstration: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("server") / "log"
    with serving(Settings(releases=demonstration.path.parent, trusted_proxies=1, processes=1), log) as running:
        yield running


@contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            for _ in range(200):
                assert process.poll() is None, process.stdout and process.stdout.read().decode()
                try:
                    ask(port, "/ready")
                    break
                except OSError:
                    time.sleep(0.1)
            yield port
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module")
def nginx(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of nginx with deploy/nginx/atlas-ld.conf, of which only paths and ports are other ones."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/bin")
    if program is None:
        pytest.skip("needs nginx (Debian nginx-light)")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
         "-keyout", folder / "key", "-out", folder / "crt"], check=True, capture_output=True)  # fmt: skip
    text = (DEPLOY / "nginx" / "atlas-ld.conf").read_text(encoding="utf-8")
    for old, new in {
        "/var/cache/nginx/atlas-ld": f"{folder}/cache",
        "/etc/ssl/data.example.org.crt": f"{folder}/crt",
        "/etc/ssl/data.example.org.key": f"{folder}/key",
        "listen 443": f"listen 127.0.0.1:{port}",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "127.0.0.1:8000": f"127.0.0.1:{server.port}",
    }.items():
        assert old in text
        text = text.replace(old, new)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    user = "user root; " if os.geteuid() == 0 else ""  # the folder of a test is its user's alone
    (folder / "conf").write_text(
        f"{user}daemon off; pid {folder}/pid; error_log {folder}/errors;\nevents {{}}\n"
        f"http {{ access_log off;\n{temporary}\n{text} }}\n",
        encoding="utf-8",
    )
    with running([program, "-c", str(folder / "conf"), "-p", str(folder), "-e", str(folder / "errors")], port) as found:
        yield found


@pytest.fixture(scope="module")
def caddy(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    program = shutil.which("caddy")
    if program is None:
        pytest.skip("needs Caddy (Debian caddy)")
    folder, port = tmp_path_factory.mktemp("caddy"), free_port()
    text = (DEPLOY / "caddy" / "Caddyfile").read_text(encoding="utf-8")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}").replace(
        f"{NAME} {{", f"https://{NAME}:{port} {{\n\ttls internal"
    )
    head = (
        f"{{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n\tstorage file_system {folder}\n}}\n"
    )
    (folder / "Caddyfile").write_text(head + text, encoding="utf-8")
    with running([program, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")], port) as found:
        yield found


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest) -> int:
    found: int = request.getfixturevalue(request.param)
    return found


def ask(port: int, target: str, method: str = "GET", body: bytes | None = None, **fields: str) -> Answer:
    """One request over TLS to the name that the certificate is for; `_` in the names of fields is `-`."""
    context = ssl._create_unverified_context()  # a certificate of the test's own
    connection = HTTPSConnection("127.0.0.1", port, timeout=30)
    try:
        plain = socket.create_connection(("127.0.0.1", port), timeout=30)
        connection.sock = context.wrap_socket(plain, server_hostname=NAME)
        connection.request(method, target, body, {"Host": NAME, **{n.replace("_", "-"): v for n, v in fields.items()}})
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): v for name, v in response.getheaders()}, response.read())
    finally:
        connection.close()


def test_formats_and_languages_stay_apart_behind_the_proxy(proxy: int) -> None:
    address = "/doc/partnership/crea-ocean-2010"
    for _ in range(2):  # the second time from what the proxy keeps, if anything
        assert ask(proxy, address, Accept="text/turtle").body.startswith(b"@prefix")
        french = ask(proxy, address, Accept="text/html", Accept_Language="fr").body
        english = ask(proxy, address, Accept="text/html", Accept_Language="en").body
        assert b'<html lang="fr">' in french
        assert b'<html lang="en">' in english
        packed = ask(proxy, address, Accept="text/turtle", Accept_Encoding="gzip")
        assert gzip.decompress(packed.body).startswith(b"@prefix")


def test_links_and_redirects_lead_to_the_public_name(proxy: int) -> None:
    answer = ask(proxy, "/id/partnership/crea-ocean-2010", Accept="text/turtle")
    assert answer.status == 303
    assert answer.headers["location"] in (
        f"https://{NAME}/doc/partnership/crea-ocean-2010", "/doc/partnership/crea-ocean-2010")  # fmt: skip
    assert "max-age" in (ask(proxy, "/about").headers["strict-transport-security"] or "")


def test_what_a_client_says_of_itself_is_not_believed(proxy: int, server: Server) -> None:
    answer = ask(
        proxy, "/about?lang=en", X_Forwarded_For="203.0.113.9", X_Forwarded_Host="evil.example",
        X_Forwarded_Prefix="//evil.example", Forwarded="for=203.0.113.9;host=evil.example")  # fmt: skip
    assert b"evil.example" not in answer.body
    assert "evil.example" not in str(answer.headers)
    assert "203.0.113" not in server.log.read_text(encoding="utf-8")


def test_queries_pass_and_a_time_limit_is_still_an_error(proxy: int) -> None:
    answer = ask(
        proxy, "/sparql", "POST", b"query=ASK%20%7B%20%3Fs%20a%20atlas%3APartnership%20%7D",
        Content_Type="application/x-www-form-urlencoded", Accept="application/sparql-results+json")  # fmt: skip
    assert json.loads(answer.body)["boolean"] is True
    assert ask(proxy, "/sparql?query=SELECT%20%2A%20%7B", Accept="application/json").status == 400


def test_nginx_keeps_answers_and_asks_again_by_entity_tag(nginx: int, server: Server) -> None:
    address = "/doc/partnership/crea-ocean-2010.nt"
    first = ask(nginx, address)
    body = first.body
    assert ask(nginx, address).headers["x-cache"] in ("HIT", "REVALIDATED")
    time.sleep(2.5)
    again = ask(nginx, address)
    assert again.body == body
    assert again.headers["x-cache"] in ("EXPIRED", "REVALIDATED")
    assert again.headers["etag"] == first.headers["etag"]
    said = [json.loads(line) for line in server.log.read_text(encoding="utf-8").splitlines() if '"path"' in line]
    assert {304} <= {line["status"] for line in said if line["path"] == address}
    assert ask(nginx, address, If_None_Match=str(first.headers["etag"])).status == 304


def test_nginx_limits_requests_of_one_address(nginx: int) -> None:
    with ThreadPoolExecutor(40) as clients:
        statuses = set(clients.map(lambda number: ask(nginx, f"/about?n={number}").status, range(400)))
    assert statuses == {200, 429}


@pytest.mark.parametrize("unit", ["atlas-ld.service", "atlas-ld-build.service", "atlas-ld-build.timer"])
def test_systemd_knows_every_line_of_the_units(unit: str, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("needs systemd-analyze (Debian systemd)")
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text(encoding="utf-8").replace("/opt/atlas-ld/bin/atlas-ld", "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [program, "verify", "--man=no", str(tmp_path / unit)], capture_output=True, text=True, check=False
    )  # fmt: skip
    complaints = [line for line in (done.stdout + done.stderr).splitlines() if re.search(r"atlas-ld", line)]
    assert complaints == []


def test_the_table_says_of_every_file_whether_it_is_run() -> None:
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    for path in DEPLOY.rglob("*"):
        if path.is_file() and path.name != "README.md":
            assert path.relative_to(DEPLOY).as_posix() in text or path.name in text or path.suffix in text, path
