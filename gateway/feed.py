"""An event as others see it: in the form of CloudEvents 1.0, and by whom."""

from __future__ import annotations

from typing import Any, Final

from gateway.clients import EVENTS, READ, Client
from register.events import Event
from rules.instant import rfc_3339

TYPE: Final = "kz.gov.trade.rexv."


def may_see(name: str, client: Client, event: Event) -> bool:
    """Whether a client is shown an event: with ``read`` all of them, with ``events`` those of its own doing."""
    told = event.details.get("authenticated")
    own = isinstance(told, dict) and told.get("client") == name
    return client.may_do(READ) or (client.may_do(EVENTS) and own)


def as_cloud_event(event: Event) -> dict[str, Any]:
    """The event as JSON. ``id`` is the fact itself; ``rexvnumber`` is its place in the feed."""
    return {
        "specversion": "1.0",
        "id": f"{event.case_id}/{event.key}",
        "source": f"/api/v1/cases/{event.case_id}",
        "type": f"{TYPE}{event.what}",
        "subject": event.case_id,
        "time": rfc_3339(event.at),
        "datacontenttype": "application/json",
        "rexvnumber": event.number,
        "data": {"case_id": event.case_id, "what": event.what, "who": event.who, "details": event.details},
    }
