"""`armature secrets`: what is sealed in the database, and the key it is sealed with."""

import os
from pathlib import Path

import click

from armature.core.private_files import kept_secret
from armature.core.settings import read_settings
from armature.server.terminal import data_dir_option, json_option, on_database, say


@click.group()
def secrets() -> None:
    """Look after the secrets in the database."""


@secrets.command("rotate")
@data_dir_option
@json_option
def rotate(data_dir: Path, as_json: bool) -> None:
    """Bring all secrets under ARMATURE_SECRET_KEY.

    First replace the key: the new one in ARMATURE_SECRET_KEY, the one before in ARMATURE_OLD_SECRET_KEY, on all
    processes. When this is done, and access tokens of before have expired, the old one may go.
    """
    from armature.core.sealing import Sealing, secret_keys
    from armature.server.auth.rotation import rotate_secrets

    settings = read_settings(os.environ)
    key = settings.secret_key or _kept(data_dir)
    sealing = Sealing(secret_keys(key, settings.old_secret_key))
    rotated = on_database(data_dir, lambda db: rotate_secrets(db, sealing))
    say(as_json, {"rotated": rotated}, f"{rotated:,} secrets were sealed with another key; none is now.")


def _kept(data_dir: Path) -> str | None:
    file = data_dir / "secret_key"
    return kept_secret(file) if file.exists() else None
