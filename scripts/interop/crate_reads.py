"""Whether a folder is an RO-Crate, by `rocrate-validator` without the network. Its cache is given the context that the
package `rocrate` ships, which is that of RO-Crate 1.3 and has the terms of 1.1. It runs in an environment of its own,
which has both (`run.py` makes it)."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import requests
import rocrate
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from urllib3 import HTTPResponse

CONTEXT = "https://w3id.org/ro/crate/1.1/context"


class Shipped(HTTPAdapter):
    """Answers with the context, whatever is asked for."""

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:  # type: ignore[override]
        content = (Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_bytes()
        headers = {"Content-Type": "application/ld+json"}
        answer = HTTPResponse(io.BytesIO(content), headers, 200, preload_content=False, request_url=request.url)
        return self.build_response(request, answer)


def main(folder: str, cache: str) -> None:
    session = CachedSession(cache_name=cache, backend="sqlite", allowable_methods=("GET",), expire_after=-1)
    session.mount("https://", Shipped())
    session.get(CONTEXT)
    validator = Path(sys.executable).with_name("rocrate-validator")
    options = ("--no-paging", "--offline", "--cache-path", cache, "--requirement-severity", "REQUIRED")
    sys.exit(subprocess.run((validator, "-y", "validate", *options, folder), check=False).returncode)


main(*sys.argv[1:])
