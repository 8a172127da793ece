"""For how long a server must have counted before its counts say anything."""

from __future__ import annotations

from collections.abc import Sequence

from schema_lint.config.policies import Policies
from schema_lint.facts.database import Server


def is_long_enough(server: Server, policies: Policies) -> bool:
    """The statistics were counted for as long as the policy `observation-days` wants."""
    return server.observed_days is not None and server.observed_days >= policies.observation_days


def why_too_short(servers: Sequence[Server], policies: Policies) -> str:
    """What to tell of rules that rest on statistics which are too young."""
    observed = [server.observed_days for server in servers if server.observed_days is not None]
    if not observed:
        return "since when statistics have been counted is not known"
    wanted = policies.observation_days
    reason = f"statistics were counted for {_days(max(observed))} only, and observation-days wants {wanted}"
    if any(server.neon for server in servers):
        reason += "; a Neon compute may lose them when it is suspended"
    return reason


def _days(days: float) -> str:
    if days < 2:
        hours = round(days * 24)
        return f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{int(days)} days"
