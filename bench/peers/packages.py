"""The peers that run on Node: their packages, locked in npm/, and a Node they and their compiled parts run on."""

import subprocess
from functools import cache
from pathlib import Path

from web.build import Node, machine_node, wheel_node

NPM = Path(__file__).with_name("npm")


@cache
def node_with_packages() -> Node:
    """Both installed, if they are not there. Raises SystemExit where they can't be."""
    try:
        node = machine_node(_fits) or wheel_node()
        print("The peers' packages (1 GB) are installed with npm, unless they are there ...", flush=True)
        node.install(NPM, "--ignore-scripts", "--loglevel=error")
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"The peers could not be installed: {error}") from error
    return node


def _fits(major: int, _minor: int) -> bool:
    """PostGraphile 5 and Directus 12 need 22; what Directus has compiled is for these two."""
    return major in (22, 24)
