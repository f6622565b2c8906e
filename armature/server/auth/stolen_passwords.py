"""Asks a list of stolen passwords whether one is known there, without telling it which (k-anonymity).

The list is told the first five signs of the password's SHA-1 and answers all endings that it knows, as Have I Been
Pwned and its mirrors do. Only where whoever runs the server has named one; while it is away, ours has to do.
"""

from hashlib import sha1

import httpx2
import structlog

from armature.core.outbound import networks_of, outbound_transport
from armature.core.settings import Settings
from armature.server.auth.passwords import PasswordUnfit, hash_password

LONGEST = 3.0  # seconds
TOLD = 5  # of forty signs: some hundred thousand passwords are alike in them

log = structlog.get_logger(__name__)


async def hash_of_new(settings: Settings, password: str, key: str = "password") -> str:
    """The hash of a password that somebody chooses. Raises PasswordUnfit where it is known to be stolen."""
    url = settings.stolen_passwords_url
    if url is not None and await _is_stolen(settings, url, password):
        raise PasswordUnfit("not be one that was stolen somewhere and is on the lists of thieves", key)
    return await hash_password(password)


async def _is_stolen(settings: Settings, url: str, password: str) -> bool:
    digest = sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    try:
        found = await _endings(settings, f"{url.rstrip('/')}/{digest[:TOLD]}")
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeDecodeError) as error:
        log.warning("list of stolen passwords is away", cause=type(error).__name__)
        return False
    counts = dict(line.strip().upper().partition(":")[::2] for line in found.splitlines())
    return counts.get(digest[TOLD:], "0") != "0"  # what is there to hide how many there are has none


async def _endings(settings: Settings, url: str) -> str:
    transport = outbound_transport(networks_of(settings.outbound_networks), LONGEST)
    async with httpx2.AsyncClient(transport=transport, timeout=LONGEST) as http:
        response = await http.get(url, headers={"Add-Padding": "true"})
        return response.raise_for_status().content.decode()
