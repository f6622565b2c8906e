"""Load generators: Debian's wrk, or autocannon from npm. The faster wrk leaves more of the machine to the servers."""

from bench.load.autocannon import find_autocannon
from bench.load.request import Generator, Load, Request
from bench.load.wrk import find_wrk

__all__ = ["Generator", "Load", "Request", "find_generator"]


def find_generator() -> Generator:
    """wrk where it is or can be installed, otherwise autocannon. Raises SystemExit where there is neither."""
    found = find_wrk() or find_autocannon()
    if found is None:
        raise SystemExit(
            "A load generator is needed: `apt-get install wrk`, or autocannon, which npm could not install."
        )
    return found
