"""Times as clocks in Hanoi show them: takes a moment, gives text for people; programs get RFC 3339 (web/schemas.py)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def local_time(moment: datetime | None, form: str = "%H:%M %d/%m/%Y") -> str:
    """'' for None."""
    return moment.astimezone(HANOI).strftime(form) if moment else ""
