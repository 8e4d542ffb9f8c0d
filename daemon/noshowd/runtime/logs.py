"""Log records: key=value for people, JSON for machines. Every record has an `action`."""

from __future__ import annotations

import logging
import sys

import structlog

from noshowd.config.service import Logging


def set_up(section: Logging) -> None:
    """Everything goes to standard error, from where systemd takes it to the journal."""
    plain = section.format == "text" or (section.format == "auto" and sys.stderr.isatty())
    renderer = structlog.dev.ConsoleRenderer(colors=False) if plain else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[section.level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # the libraries' own words would repeat ours, with addresses in them
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
