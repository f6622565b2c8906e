"""PostgreSQL and Valkey of our own, from wheels, for `armature up` and the tests: no Docker, no root, no set-up.

A folder has at most one server of each; whoever asks first starts it, others attach, whoever lets go last stops it.
"""

from armature.core.embedded.errors import EmbeddedServerFailed, ProgramNotFound
from armature.core.embedded.postgres import FAST_AND_LOSSY, start_postgres
from armature.core.embedded.server import Server
from armature.core.embedded.valkey import start_valkey

__all__ = ["FAST_AND_LOSSY", "EmbeddedServerFailed", "ProgramNotFound", "Server", "start_postgres", "start_valkey"]
