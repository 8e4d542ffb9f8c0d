"""What of a changed configuration a running daemon can take over."""

from __future__ import annotations

from noshowd.config.model import Config, Observe

#: Adapters, database, pages and log were built from these.
_BUILT_FROM = ("account", "presence", "channel", "tasks", "store", "web", "logging", "network")


def needs_restart(old: Config, new: Config) -> list[str]:
    """The tables and keys that differ and take effect only at a start."""
    differing = [name for name in _BUILT_FROM if getattr(old, name) != getattr(new, name)]
    if (old.observe, new.observe) == (Observe.OFF, Observe.ON):
        differing.append("observe")  # no source was built
    # telephone systems write numbers and times as their place does
    differing += [f"us.{key}" for key in ("zone", "region") if getattr(old.us, key) != getattr(new.us, key)]
    return differing
