"""$batch: up to twenty calls in one, each answered on its own and in no promised order."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from noshowd.demo.vendors.microsoft.answers import Answer, Call, Refusal


def batch(call: Call, carry_out: Callable[[Call], Answer], *, left_out: int = 0) -> Answer:
    """Carry the parts out; the whole is 200 even where parts fail."""
    parts = (call.body or {}).get("requests", [])
    if not 1 <= len(parts) <= 20:
        raise Refusal(400, "BadRequest", "A batch holds one to twenty requests.")
    statuses: dict[str, int] = {}
    answers = [_part(call, part, statuses, carry_out) for part in parts]
    return Answer(body={"responses": answers[left_out:][::-1]})


def _part(
    call: Call, part: dict[str, Any], statuses: dict[str, int], carry_out: Callable[[Call], Answer]
) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in part.get("headers", {}).items()}
    if any(statuses.get(earlier, 424) >= 400 for earlier in part.get("dependsOn", [])):
        answer = Answer(status=424, body={"error": {"code": "FailedDependency", "message": ""}})
    elif part.get("body") is not None and "content-type" not in headers:
        answer = Answer(status=400, body={"error": {"code": "BadRequest", "message": "No type."}})
    else:
        address = urlsplit(part["url"])
        answer = carry_out(
            Call(
                method=part["method"],
                path=unquote(address.path),
                root=call.root,
                query=dict(parse_qsl(address.query)),
                headers=headers | {"authorization": call.headers.get("authorization", "")},
                body=json.loads(json.dumps(part.get("body"))),
            )
        )
    statuses[part["id"]] = answer.status
    return {
        "id": part["id"],
        "status": answer.status,
        "headers": dict(answer.headers),
        "body": answer.body,
    }
