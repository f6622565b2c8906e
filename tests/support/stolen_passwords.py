"""A list of stolen passwords, as Have I Been Pwned answers: the endings of hashes that begin with five signs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.support.serving import serving


@dataclass
class Thieves:
    """`saw` is what was asked; `is_away`: it answers nothing of use."""

    passwords: dict[str, int]
    url: str = ""
    saw: list[tuple[str, str | None]] = field(default_factory=list)
    is_away: bool = False

    async def answer(self, request: Request) -> Response:
        head = request.path_params["head"]
        self.saw.append((head, request.headers.get("add-padding")))
        hashes = {sha1(each.encode()).hexdigest().upper(): count for each, count in self.passwords.items()}  # noqa: S324
        lines = [f"{digest[5:]}:{count}" for digest, count in hashes.items() if digest.startswith(head)]
        return Response(status_code=503) if self.is_away else PlainTextResponse("\r\n".join([*lines, f"{'0' * 35}:3"]))


@contextmanager
def thieves(passwords: dict[str, int]) -> Iterator[Thieves]:
    known = Thieves(passwords)
    with serving(Starlette(routes=[Route("/range/{head}", known.answer)])) as url:
        known.url = f"{url}/range"
        yield known
