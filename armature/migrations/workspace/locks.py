"""How long a change waits for a lock: a refused one is better than a workspace that stands still behind it."""

LOCK_TIMEOUT = "2s"
WAIT_NO_LONGER = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"
