"""The program's own log: one JSON object a line, on standard output."""

import json
import logging
import sys
from typing import Any

import structlog
from pydantic_core import PydanticSerializationError, to_json


def log_as_json() -> None:
    """From the first line on; a logger that has written keeps to what was said then."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )


def _line(event: dict[str, Any], **_: object) -> bytes:
    try:
        return to_json(event, fallback=repr)
    except PydanticSerializationError:
        # Half a character, say: no request fails for what is told of it.
        return json.dumps(event, default=repr).encode()
