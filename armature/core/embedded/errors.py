"""What can keep an embedded server from running."""

from pathlib import Path

from armature.core.errors import Unavailable


class ProgramNotFound(Unavailable):
    def __init__(self, name: str, hint: str) -> None:
        super().__init__(f"No {name} was found on this machine.", hint=hint)


class ProgramTooOld(Unavailable):
    def __init__(self, version: str, folder: Path) -> None:
        super().__init__(
            f"{version} in {folder} is too old: Armature needs PostgreSQL 18 or newer.",
            hint="Unset ARMATURE_PG_BIN to use the one that comes with Armature.",
        )


class EmbeddedServerFailed(Unavailable):
    def __init__(self, name: str, log: Path, last_lines: str) -> None:
        super().__init__(f"{name} did not start. Its last words:\n{last_lines.strip()}", hint=f"More is in {log}.")


class StartedByOthers(Unavailable):
    def __init__(self, name: str, pid: int, folder: Path) -> None:
        super().__init__(
            f"{name} runs on {folder} already, and Armature did not start it (process {pid}).", hint="Stop it first."
        )


class FolderBelongsToOthers(Unavailable):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} belongs to another user.", hint="Choose another one with --data-dir, or run as that user."
        )


class FolderOutOfReach(Unavailable):
    def __init__(self, folder: Path, account: str) -> None:
        super().__init__(
            f'{folder} can\'t be reached by the user "{account}", as whom its server runs.',
            hint="Choose another one with --data-dir, or run as an ordinary user.",
        )


class NoUnprivilegedUser(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            'Started by root, PostgreSQL runs as "postgres" or "nobody", and this machine has neither.',
            hint="Run as an ordinary user, or set DATABASE_URL and REDIS_URL.",
        )
