"""FILES: what is known of files that lie elsewhere, and where they are. The server keeps no bytes of them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB

from armature.metadata.kinds.contacts import link
from armature.metadata.kinds.kind import Kind, Settings, Storage, Unfit
from armature.metadata.kinds.settings import integer
from armature.metadata.kinds.structure import document_sql
from armature.metadata.kinds.text import text

MOST_FILES = 100
LONGEST_NAME = 255
LARGEST_FILE = 2**53

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f/\\]")


def _name(value: Any) -> str:
    name = text(value).strip()
    if not 0 < len(name) <= LONGEST_NAME or _UNPRINTABLE.search(name) or name in {".", ".."}:
        raise Unfit(f"files with names of 1 to {LONGEST_NAME} characters, without slashes")
    return name


def _url(value: Any) -> str:
    if not text(value).lower().startswith(("https://", "http://")):
        raise Unfit("files with the http or https address where they are as url")
    return link(value)


def _media_type(value: Any) -> str:
    """RFC 6838, section 4.2."""
    found = text(value).lower()
    if not _MEDIA_TYPE.fullmatch(found):
        raise Unfit("files with a media type such as image/png as mimeType")
    return found


KEYS: Mapping[str, Callable[[Any], Any]] = {
    "name": _name,
    "url": _url,
    "mimeType": _media_type,
    "size": integer(0, LARGEST_FILE),
}
REQUIRED = frozenset({"name", "url"})


def _file(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not REQUIRED <= value.keys() <= KEYS.keys():
        raise Unfit("files, each an object with name, url, and if known mimeType and size (bytes)")
    return {key: check(value[key]) for key, check in KEYS.items() if value.get(key) is not None}


def _files(most: int) -> Callable[[Any], list[dict[str, Any]]]:
    def check(value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list) or len(value) > most:
            raise Unfit(f"a list of at most {most} files")
        return [_file(each) for each in value]

    return check


def _storage(settings: Settings) -> Storage:
    canonical = _files(settings.get("maxFiles", MOST_FILES))
    return Storage("JSON", JSONB(), canonical, sql=document_sql, fit=canonical)


KINDS = (Kind(name="FILES", storage=_storage, setting_checks={"maxFiles": integer(1, MOST_FILES)}),)
