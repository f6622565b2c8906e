"""`python -m bench.many.ask PORT`: asks what standard input says, line by line, in JSON: path, key, query or null."""

import sys
from http.client import HTTPConnection

import msgspec


def main(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    for line in sys.stdin:
        path, key, query = msgspec.json.decode(line)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        body = None if query is None else msgspec.json.encode({"query": query})
        connection.request("GET" if query is None else "POST", path, body, headers)
        answer = connection.getresponse()
        begun = answer.read(65_536)
        while answer.read(65_536):
            pass
        if answer.status != 200 or b'"errors"' in begun:
            sys.exit(f"{path} answered {answer.status}: {begun[:500]!r}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
