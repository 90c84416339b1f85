"""OpenRefine itself (Debian openrefine 3.6.2), without a window, over its HTTP API: 200 messy names are reconciled, and
what was matched gets its INSEE code and country from the service.

messy-names.csv holds a name, the type to look for (none: any) and the entity that is meant, or none: capitals, accents
and hyphens left out, other words for the kind of a body, typing errors; and names that are nobody's, or several's.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.web.serving import Server, free_port

HERE = Path(__file__).parent
TYPES = {"organisation": "Organisation", "territory": "Territoire", "country": "Pays", "": ""}
SECONDS = 120


def labelled() -> list[dict[str, str]]:
    with (HERE / "messy-names.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class OpenRefine:
    """A running OpenRefine, and the projects in it."""

    def __init__(self, address: str) -> None:
        self._address = address

    def call(self, command: str, *, method: str = "POST", **asked: Any) -> requests.Response:
        token = requests.get(f"{self._address}/command/core/get-csrf-token", timeout=30).json()["token"]
        parameters = {"csrf_token": token, **asked.pop("params", {})}
        answer = requests.request(
            method, f"{self._address}/command/core/{command}", params=parameters, timeout=60, **asked
        )
        answer.raise_for_status()
        return answer

    def project(self, names: list[str]) -> str:
        """A project with one column, `name`."""
        output = io.StringIO()
        csv.writer(output).writerows([["name"], *([name] for name in names)])
        options = {"separator": ",", "encoding": "UTF-8", "headerLines": 1, "trimStrings": False}
        made = self.call(
            "create-project-from-upload",
            params={"format": "text/line-based/*sv", "options": json.dumps(options)},
            data={"project-name": "messy names"},
            files={"project-file": ("names.csv", output.getvalue().encode(), "text/csv")},
        )
        return parse_qs(urlsplit(made.url).query)["project"][0]

    def apply(self, project: str, operation: dict[str, Any]) -> None:
        """Runs an operation on all rows, to its end."""
        whole = {"engineConfig": {"facets": [], "mode": "row-based"}, "description": operation["op"], **operation}
        data = {"project": project, "operations": json.dumps([whole])}
        assert self.call("apply-operations", data=data).json()["code"] in ("ok", "pending")
        until = time.monotonic() + SECONDS
        while self.call("get-processes", method="GET", params={"project": project}).json()["processes"]:
            assert time.monotonic() < until, "OpenRefine does not come to an end"
            time.sleep(0.2)

    def rows(self, project: str) -> tuple[list[str], list[list[dict[str, Any] | None]]]:
        """Names of the columns, and the cells; the `r` of a reconciled cell has `j`, `m` and `c`."""
        columns = [
            (column["cellIndex"], column["name"])
            for column in self.call("get-models", params={"project": project}).json()["columnModel"]["columns"]
        ]
        found = self.call("get-rows", params={"project": project, "start": 0, "limit": 1000}).json()
        recons = found["pool"]["recons"]
        rows = []
        for row in found["rows"]:
            cells = []
            for index, _ in columns:
                cell = row["cells"][index] if index < len(row["cells"]) else None
                known = {"r": recons[str(cell["r"])]} if cell and "r" in cell else {}
                cells.append(cell and {**cell, **known})
            rows.append(cells)
        return [name for _, name in columns], rows


@pytest.fixture(scope="module")
def openrefine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenRefine]:
    program = shutil.which("openrefine")
    if program is None:
        pytest.skip("needs OpenRefine (Debian openrefine)")
    port, folder = free_port(), tmp_path_factory.mktemp("openrefine")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-i", "127.0.0.1", "-p", str(port), "-d", str(folder), "-m", "512M",
             "-x", "refine.headless=true"], stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        try:
            address, until = f"http://127.0.0.1:{port}", time.monotonic() + SECONDS
            while True:
                try:
                    requests.get(f"{address}/command/core/get-version", timeout=5).raise_for_status()
                    break
                except requests.RequestException:
                    assert process.poll() is None, (folder / "log").read_text("utf-8", "replace")
                    assert time.monotonic() < until
                    time.sleep(0.3)
            yield OpenRefine(address)
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # the script and the Java that it started
            process.wait()


@pytest.fixture(scope="module")
def service(live: Server) -> dict[str, str]:
    manifest = json.loads(live.ask("GET", "/reconcile").body)
    address = f"http://127.0.0.1:{live.port}/reconcile"
    return {"service": address, **{name: manifest[name] for name in ("identifierSpace", "schemaSpace")}}


@pytest.fixture(scope="module")
def projects(openrefine: OpenRefine, service: dict[str, str]) -> dict[str, str]:
    """A project for each type, reconciled."""
    found = {}
    for type_, name in TYPES.items():
        found[type_] = openrefine.project([row["name"] for row in labelled() if row["type"] == type_])
        config = {
            "mode": "standard-service", **service, "type": {"id": type_, "name": name} if type_ else None,
            "autoMatch": True, "columnDetails": [], "limit": 0,
        }  # fmt: skip
        openrefine.apply(found[type_], {"op": "core/recon", "columnName": "name", "config": config})
    return found


def test_names_are_found_and_no_match_is_wrong(openrefine: OpenRefine, projects: dict[str, str]) -> None:
    first, meant, wrong, total = 0, 0, [], 0
    for type_, project in projects.items():
        expected = [row["id"] for row in labelled() if row["type"] == type_]
        _, rows = openrefine.rows(project)
        assert len(rows) == len(expected)
        for (cell,), id_ in zip(rows, expected, strict=True):
            assert cell
            assert "r" in cell, cell
            recon = cell["r"]
            total += 1
            if recon["j"] == "matched" and recon["m"]["id"] != id_:
                wrong.append((cell["v"], recon["m"]["id"]))
            meant += bool(id_)
            candidates = [one["id"] for one in recon.get("c", ())]
            first += bool(id_) and ((recon.get("m") or {}).get("id") == id_ or candidates[:1] == [id_])
    assert total == 200
    assert wrong == []
    assert first / meant >= 0.9


def test_what_was_matched_is_extended_with_its_code_and_country(
    openrefine: OpenRefine, projects: dict[str, str], service: dict[str, str], live: Server
) -> None:
    project = projects["territory"]
    properties = [{"id": "inseeCode", "name": "Code INSEE"}, {"id": "country", "name": "Pays"}]
    operation = {
        "op": "core/extend-reconciled-data", "baseColumnName": "name", "endpoint": service["service"],
        "identifierSpace": service["identifierSpace"], "schemaSpace": service["schemaSpace"],
        "extension": {"properties": properties}, "columnInsertIndex": 1,
    }  # fmt: skip
    openrefine.apply(project, operation)
    columns, rows = openrefine.rows(project)
    assert len(columns) == 3
    extended = {"commune": 0, "abroad": 0}
    for row in rows:
        name, *added = row
        if name is None or name["r"]["j"] != "matched":
            assert added == [None, None]
            continue
        id_ = name["r"]["m"]["id"]
        said = json.loads(live.ask("GET", f"/api/v1/territories/{id_.partition('/')[2]}").body)
        shown = {column: cell for column, cell in zip(columns[1:], added, strict=True) if cell}
        code = next((cell["v"] for cell in shown.values() if "r" not in cell), None)
        assert code == said.get("inseeCode"), id_
        countries = [cell["r"]["m"]["id"] for cell in shown.values() if "r" in cell]
        assert countries == [one.partition("/id/")[2] for one in ([said["country"]] if "country" in said else [])], id_
        extended["commune" if code else "abroad"] += 1
    assert min(extended.values()) > 3
