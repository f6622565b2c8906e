"""What signing in works with: the process' services, handed around as one."""

from dataclasses import dataclass

from armature.core.db import Database
from armature.core.mail import Post
from armature.core.sealing import Sealing
from armature.core.settings import Settings
from armature.server.auth.attempts import Attempts


@dataclass(frozen=True, slots=True)
class Desk:
    db: Database
    attempts: Attempts
    sealing: Sealing
    post: Post
    settings: Settings
