"""A client as thin as can be, for answers one at a time: the time it takes itself hardly counts."""

from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import msgspec

from bench.load import Request
from bench.machine import Serving


class Client:
    """Speaks GraphQL to a server over one connection that is kept."""

    def __init__(self, serving: Serving, key: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", serving.port)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, path: str, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The whole answer, errors and all."""
        body = msgspec.json.encode({"query": query, "variables": variables or {}})
        self._connection.request("POST", path, body, self._headers)
        found: dict[str, Any] = msgspec.json.decode(self._connection.getresponse().read())
        return found

    def data(self, path: str, query: str, variables: dict[str, Any] | None = None) -> Any:
        """Raises SystemExit where there are errors: then there is nothing to measure."""
        found = self.ask(path, query, variables)
        if "errors" in found:
            raise SystemExit(f"{query}\n{found['errors']}")
        return found["data"]


def answer_to(request: Request) -> Any:
    """The JSON that one request gets."""
    url = urlsplit(request.url)
    connection = HTTPConnection(url.netloc)
    headers = {"Content-Type": "application/json"} if request.body is not None else {}
    if request.key is not None:
        headers["Authorization"] = f"Bearer {request.key}"
    method = "GET" if request.body is None else "POST"
    connection.request(method, f"{url.path}?{url.query}", request.body, headers)
    try:
        return msgspec.json.decode(connection.getresponse().read())
    finally:
        connection.close()
