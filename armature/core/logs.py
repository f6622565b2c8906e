"""Log lines with the id of the request they belong to; never with what a client keeps secret.

Our own lines and those of uvicorn, asyncio and the libraries leave through one formatter, on standard error.
"""

import itertools
import logging
import re
import secrets
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog
from structlog.types import Processor

from armature.core.errors import BadUserInput
from armature.core.settings import Settings

REQUEST_ID: ContextVar[bytes] = ContextVar("request_id")

LEVELS = ("debug", "info", "warning", "error", "critical")
SECRET = re.compile(r"passw|secret|token|authorization|api_?key|cookie", re.IGNORECASE)

_SANE_ID = re.compile(rb"[\x21-\x7e]{1,128}")
_PREFIX = secrets.token_hex(6).encode() + b"-"
_COUNT = itertools.count(1)


def begin_request(given: bytes | None) -> bytes:
    """The id of the request this task now works on: the client's own where it is 1 to 128 visible ASCII characters."""
    known = given is not None and _SANE_ID.fullmatch(given)
    request_id = given if given is not None and known else b"%s%x" % (_PREFIX, next(_COUNT))
    REQUEST_ID.set(request_id)
    return request_id


def current_request_id() -> str | None:
    found = REQUEST_ID.get(None)
    return None if found is None else found.decode("ascii")


def configure_logs(settings: Settings) -> None:
    """Once a process. Raises BadUserInput where `log_level` or `log_format` is none we know."""
    level = _one_of(LEVELS, settings.log_level, "ARMATURE_LOG_LEVEL")
    form = _one_of(("console", "json"), settings.log_format, "ARMATURE_LOG_FORMAT")
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        hide_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(form, shared))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("asyncio", "uvicorn", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _formatter(form: str, shared: list[Processor]) -> structlog.stdlib.ProcessorFormatter:
    """Tracebacks are plain: the pretty ones of structlog print local variables, passwords among them."""
    last: list[Processor]
    if form == "json":
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        last = [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
            )
        ]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
    )


def _add_request_id(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    request_id = current_request_id()
    if request_id is not None:
        event.setdefault("request_id", request_id)
    return event


def hide_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A last net: what is logged under the name of a secret is not shown."""
    for key in event:
        if SECRET.search(key):
            event[key] = "…"
    return event


def _one_of(choices: tuple[str, ...], value: str, variable: str) -> str:
    if value.lower() in choices:
        return value.lower()
    raise BadUserInput(f"{variable}: {value!r} is none of {', '.join(choices)}.")
