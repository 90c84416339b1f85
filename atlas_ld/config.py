"""Settings, as one table. Each has a name, a default, an environment variable and a sentence.

They are read in `cli.py` and in `web/wsgi.py` and passed down; nothing else looks at the environment.
docs/settings.md shows the same table, made from this one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from atlas_ld.errors import InvalidSetting

ENVIRONMENT_PREFIX = "ATLAS_LD_"


def _setting(default: Any, help_: str) -> Any:
    return field(default=default, metadata={"help": help_})


@dataclass(frozen=True)
class Settings:
    """Every setting of atlas-ld. The environment variable is ATLAS_LD_ and the name in capitals."""

    base_iri: str = _setting("http://localhost:8000/", "Base of every entity's IRI; ends with a slash.")
    releases: Path = _setting(Path("releases"), "Folder that holds the releases.")
    source_mb: int = _setting(64, "Most MiB of one source file; a longer one is not read, and told.")
    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(8000, "Port to listen on.")
    workers: int = _setting(2, "SPARQL worker processes, each with its own view of the store.")
    threads: int = _setting(16, "Threads that answer HTTP requests, in each process.")
    processes: int = _setting(
        0, "Processes of `atlas-ld serve` that answer HTTP requests; 0 is one for each processor."
    )
    connections: int = _setting(2048, "Connections that each process answering HTTP requests may have open.")
    header_seconds: int = _setting(
        15, "Seconds within which a request's header must have come; a connection that is idle as long is closed."
    )
    trusted_proxies: int = _setting(
        0, "Proxies in front whose X-Forwarded headers are believed; 0 where clients connect directly."
    )
    trusted_prefix: int = _setting(
        0, "1 believes X-Forwarded-Prefix of trusted proxies too: the path under which they publish the site."
    )
    hsts_seconds: int = _setting(
        15_552_000, "Seconds that browsers shall insist on TLS (HSTS), said over TLS only; 0 says nothing."
    )
    access_log: int = _setting(1, "1 writes a line for each request to the standard error, 0 writes none.")
    document_cache_mb: int = _setting(
        128, "Memory for documents and lists that are kept until the next release, in MiB."
    )
    publisher: str = _setting("atlas-ld demonstration", "Who publishes this instance, for pages and metadata.")
    contact: str = _setting("data@atlas.example", "Address for error reports and removal requests.")
    license: str = _setting(
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence/", "Licence of the data, as an IRI."
    )
    query_seconds: float = _setting(10.0, "Time limit of one SPARQL query, in seconds.")
    query_memory_mb: int = _setting(1024, "Memory limit of one SPARQL worker, in MiB.")
    query_rows: int = _setting(1_000_000, "Most rows or triples in one SPARQL answer.")
    query_bytes: int = _setting(256 * 2**20, "Most bytes in one SPARQL answer.")
    query_length: int = _setting(100_000, "Most characters in one SPARQL query.")
    query_queue: int = _setting(32, "SPARQL queries that may wait for a worker before 503 is answered.")
    query_per_client: int = _setting(4, "SPARQL queries that one address may have under way before 429 is answered.")
    query_trial_seconds: float = _setting(
        0.5,
        "A SPARQL query that runs longer may not take the last workers: one in four, at least one of several.",
    )
    query_cache_mb: int = _setting(64, "Memory for SPARQL answers that are kept until the next release, in MiB.")
    query_spool_mb: int = _setting(
        1024, "Room on disk for large SPARQL answers that are being read, in MiB; one client may take a quarter of it."
    )
    query_socket: str = _setting(
        "", "Unix socket of a query service that WSGI processes share; without one, each starts its own."
    )
    saved_queries_mb: int = _setting(16, "Room for saved SPARQL queries beside the releases, in MiB; 0 saves none.")
    page_size: int = _setting(50, "Rows on one page of a list.")

    @classmethod
    def read(cls, environment: Mapping[str, str], **given: Any) -> Self:
        """Settings from what was `given` (a command's options; None means not given), then the environment.

        Raises InvalidSetting for a value that is not of the setting's type.
        """
        values: dict[str, Any] = {}
        for setting in fields(cls):
            variable = ENVIRONMENT_PREFIX + setting.name.upper()
            if given.get(setting.name) is not None:
                values[setting.name] = given[setting.name]
            elif environment.get(variable):
                values[setting.name] = _convert(variable, environment[variable], type(setting.default))
        return cls(**values)

    @property
    def web_processes(self) -> int:
        """How many processes answer HTTP requests."""
        return self.processes or os.cpu_count() or 1

    def environment(self) -> dict[str, str]:
        """These settings as environment variables, for the processes of the web server."""
        return {ENVIRONMENT_PREFIX + s.name.upper(): str(getattr(self, s.name)) for s in fields(self)}


def _convert(variable: str, text: str, kind: type) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise InvalidSetting(f"{variable}={text!r} is no {kind.__name__}; give one or unset it.") from None
