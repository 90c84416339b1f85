"""One SPARQL 1.1 engine over HTTP. An answer is whole, or it is an EngineError that says what happened.

Engines cut answers in ways of their own. Signals that are known here: status 206; `X-SPARQL-MaxRows` and
`X-SQL-State` (Virtuoso); a body that is no JSON to its end (Oxigraph's server past `--timeout-s`, Blazegraph's stack
traces). Where an engine gives no signal, the caller must ask for what can be counted (`pages`).
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any

from SPARQLWrapper import BASIC, DIGEST, JSON, POST, POSTDIRECTLY, URLENCODED, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from atlas_ld import __version__
from atlas_ld.errors import EngineError
from atlas_ld.rdf import Literal, NamedNode, Node

_AGENT = f"atlas-ld/{__version__}"
_CUT = ("X-SPARQL-MaxRows", "X-SQL-State")
_VIRTUOSO_ASK = "__ASK_RETVAL"
"""The variable of a table with which Virtuoso 7.2 answers ASK."""
_PROBE_SECONDS = 10.0

Row = dict[str, Node]


@dataclass(frozen=True)
class Addresses:
    """Where an engine is asked (`query`), changed (`update`), and where it takes graphs (`graph_store`), as URLs.

    `graph_store` is None for an engine without the Graph Store Protocol; graphs are then written by updates.
    """

    query: str
    update: str
    graph_store: str | None = None


class Engine:
    """Speaks SPARQL 1.1 to one engine, with a user's password by the scheme that the engine asks for (Basic or Digest).

    `seconds` is how long one request may take. Every method raises EngineError.
    """

    def __init__(
        self, addresses: Addresses, user: str | None = None, password: str | None = None, seconds: float = 120.0
    ) -> None:
        for address in (addresses.query, addresses.update, addresses.graph_store):
            if address is not None and urllib.parse.urlsplit(address).scheme not in ("http", "https"):
                raise EngineError(f"{address} is no address of a SPARQL engine; give one with http:// or https://.")
        self.addresses = addresses
        self._user, self._password, self._seconds = user, password or "", seconds
        self._schemes: dict[str, tuple[str, str]] = {}

    def select(self, query: str, graph: str | None = None) -> list[Row]:
        """The rows of a SELECT query over a graph (None: what the engine takes). Unbound variables are left out."""
        answer = self._json(query, graph)
        try:
            return [{name: _term(term) for name, term in row.items()} for row in answer["results"]["bindings"]]
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise EngineError(f"{self.addresses.query} did not answer with a table of results ({error!r}).") from error

    def ask(self, query: str, graph: str | None = None) -> bool:
        """The answer to an ASK query over a graph."""
        answer = self._json(query, graph)
        if _VIRTUOSO_ASK in answer.get("head", {}).get("vars", ()):
            return any(row[_VIRTUOSO_ASK]["value"] == "1" for row in answer["results"]["bindings"])
        if not isinstance(answer.get("boolean"), bool):
            raise EngineError(f"{self.addresses.query} did not answer yes or no; is it a SPARQL 1.1 endpoint?")
        return bool(answer["boolean"])

    def count(self, graph: str) -> int:
        """How many triples a graph holds; 0 where there is none of this name."""
        rows = self.select(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
        if len(rows) != 1 or not isinstance(found := rows[0].get("n"), Literal):
            raise EngineError(f"{self.addresses.query} did not count the graph {graph}.")
        return int(found.value)

    def update(self, update: str) -> None:
        """Executes a SPARQL update."""
        wrapper = self._wrapper(self.addresses.update)
        wrapper.setMethod(POST)
        wrapper.setRequestMethod(POSTDIRECTLY)
        wrapper.setQuery(update)
        self._send(wrapper, self.addresses.update, "changed").close()

    def may_update(self) -> None:
        """Nothing, where this user may change the engine; else an EngineError, before anything is sent in vain."""
        self.update("INSERT DATA {}")

    def add(self, graph: str, lines: bytes) -> None:
        """Adds N-Triples, UTF-8, to a graph. What is there already stays; nothing is added twice."""
        if self.addresses.graph_store is None:
            self.update(f"INSERT DATA {{ GRAPH <{graph}> {{ {lines.decode()} }} }}")
            return
        address = self.addresses.graph_store
        target = f"{address}{'&' if '?' in address else '?'}graph={urllib.parse.quote(graph, safe='')}"
        headers = {"Content-Type": "application/n-triples", "User-Agent": _AGENT}
        request = urllib.request.Request(target, data=lines, headers=headers, method="POST")  # noqa: S310  # checked in __init__
        with _explaining(address, "changed"):
            self._opener(address).open(request, timeout=self._seconds).close()

    def _json(self, query: str, graph: str | None) -> dict[str, Any]:
        address = self.addresses.query
        wrapper = self._wrapper(address)
        if graph is not None:
            wrapper.addDefaultGraph(graph)
        wrapper.setMethod(POST)
        wrapper.setRequestMethod(URLENCODED)
        wrapper.setReturnFormat(JSON)
        wrapper.setQuery(query)
        with self._send(wrapper, address, "asked") as response:
            cut = [name for name in _CUT if response.headers.get(name)]
            if response.status == 206 or cut:
                raise EngineError(
                    f"{address} cut its answer ({', '.join(cut) or 'status 206'}); raise its limit of rows or of time."
                )
            try:
                answer = json.loads(response.read())
            except (ValueError, HTTPException, OSError) as error:
                raise EngineError(
                    f"{address} answered with something that is no whole SPARQL result in JSON ({error}); "
                    "is it a SPARQL 1.1 endpoint, and did its time limit end the query?"
                ) from error
        if not isinstance(answer, dict):
            raise EngineError(f"{address} answered with JSON that is no SPARQL result.")
        return answer

    def _wrapper(self, address: str) -> SPARQLWrapper:
        wrapper = SPARQLWrapper(self.addresses.query, updateEndpoint=self.addresses.update, agent=_AGENT)
        wrapper.setTimeout(int(self._seconds))
        # SPARQLWrapper leaves the last user's password for Digest with every later request of the process.
        urllib.request.install_opener(urllib.request.build_opener())
        if self._user is not None:
            scheme, realm = self._scheme(address)
            if scheme:
                wrapper.setHTTPAuth(scheme)
                wrapper.setCredentials(self._user, self._password, realm=realm)
        return wrapper

    def _send(self, wrapper: SPARQLWrapper, address: str, done: str) -> HTTPResponse:
        with _explaining(address, done):
            answered: HTTPResponse = wrapper.query().response
            return answered

    def _opener(self, address: str) -> urllib.request.OpenerDirector:
        if self._user is None:
            return urllib.request.build_opener()
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, address, self._user, self._password)
        return urllib.request.build_opener(
            urllib.request.HTTPDigestAuthHandler(passwords), urllib.request.HTTPBasicAuthHandler(passwords)
        )

    def _scheme(self, address: str) -> tuple[str, str]:
        """How an address wants to be told who asks, and its realm; nothing where it lets everybody in."""
        if address not in self._schemes:
            challenge = ""
            request = urllib.request.Request(address, data=b"", headers={"User-Agent": _AGENT}, method="POST")  # noqa: S310
            try:
                urllib.request.urlopen(request, timeout=min(self._seconds, _PROBE_SECONDS)).close()  # noqa: S310
            except urllib.error.HTTPError as error:
                with error:
                    challenge = error.headers.get("WWW-Authenticate", "") if error.code == 401 else ""
            except OSError:
                return "", ""  # the request itself will say what is wrong
            realm = re.search(r'realm="([^"]*)"', challenge)
            scheme = {"digest": DIGEST, "basic": BASIC}.get(challenge.partition(" ")[0].lower(), "")
            self._schemes[address] = (scheme, realm[1] if realm else "")
        return self._schemes[address]


_STATUS = {"Unauthorized": 401, "QueryBadFormed": 400, "EndPointNotFound": 404, "URITooLong": 414}
"""The status of an answer behind each exception of SPARQLWrapper; the others stand for 500."""


@contextmanager
def _explaining(address: str, done: str) -> Iterator[None]:
    """Turns what can go wrong with a request into one sentence: what was `done` at an address."""
    try:
        yield
    except urllib.error.HTTPError as error:
        with error:
            raise EngineError(_sentence(address, done, error.code, error.read(2000))) from error
    except SPARQLWrapperException as error:
        if isinstance(error.__context__, urllib.error.HTTPError):
            error.__context__.close()
        said = re.search(r"""Response:\s*b['"](.*)['"]""", str(error), re.DOTALL)
        body = (said[1].replace("\\n", " ") if said else str(error)).encode()
        raise EngineError(_sentence(address, done, _STATUS.get(type(error).__name__, 500), body)) from error
    except (HTTPException, OSError) as error:
        reason = getattr(error, "reason", "")
        if isinstance(error, TimeoutError) or "timed out" in str(reason):
            raise EngineError(f"{address} did not answer in time; is it busy? Try again later.") from error
        if isinstance(error, urllib.error.URLError):
            raise EngineError(f"{address} cannot be reached: {reason}.") from error
        raise EngineError(f"{address} broke off in the middle: {error!r}.") from error


def _sentence(address: str, done: str, status: int, body: bytes) -> str:
    if status in (401, 403):
        return (
            f"{address} may not be {done} by this user (status {status}); give the --user of somebody who may, and the "
            "password in ATLAS_LD_STORE_PASSWORD."
        )
    if status in (404, 405, 415, 501):
        return f"{address} cannot be {done} (status {status}); is this the right address?"
    if status == 507:
        return f"{address} has no room left (status 507)."
    text = re.split(r"SPARQL query:", body.decode("utf-8", "replace"))[0]  # Virtuoso gives back what it was sent
    said = " ".join(re.sub(r"<[^>]*>", " ", text).split())[:300]
    return f"{address} refused (status {status}): {said or 'without a word'}"


def _term(term: dict[str, str]) -> Node:
    """A term of the SPARQL 1.1 JSON results; Virtuoso writes `typed-literal` where the specification has `literal`."""
    if term["type"] == "uri":
        return NamedNode(term["value"])
    if term["type"] in ("literal", "typed-literal"):
        if language := term.get("xml:lang"):
            return Literal(term["value"], language=language)
        return (
            Literal(term["value"], datatype=NamedNode(term["datatype"]))
            if "datatype" in term
            else Literal(term["value"])
        )
    raise ValueError(f"a term of the type {term['type']}")
