"""How the simulated Google says no, in the two error shapes its APIs use."""

from __future__ import annotations

from typing import Any

#: `error.status` of the newer APIs for each HTTP code.
_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    410: "NOT_FOUND",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}
#: APIs that answer with `errors[]`; all others use `status` and `details[]`.
_OLD_STYLE = frozenset({"calendar", "gmail", "admin"})


class Refusal(Exception):
    """The answer to a request is an error: HTTP code, machine reason and a sentence."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        *,
        location: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code = code
        self.reason = reason
        self.message = message
        self.location = location
        self.headers = headers or {}

    def body(self, api: str) -> dict[str, Any]:
        """The JSON body as this API writes it."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if api in _OLD_STYLE:
            item = {"domain": _domain(self.reason), "reason": self.reason, "message": self.message}
            if self.location:
                item |= {"locationType": "parameter", "location": self.location}
            error["errors"] = [item]
        else:
            error["status"] = _STATUS.get(self.code, "UNKNOWN")
            error["details"] = [
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": self.reason,
                    "domain": "googleapis.com",
                }
            ]
        return {"error": error}


def _domain(reason: str) -> str:
    if reason in (
        "rateLimitExceeded",
        "userRateLimitExceeded",
        "quotaExceeded",
        "dailyLimitExceeded",
        "accessNotConfigured",
    ):
        return "usageLimits"
    return "calendar" if reason in ("fullSyncRequired", "timeRangeEmpty") else "global"


def invalid(message: str, *, location: str | None = None) -> Refusal:
    return Refusal(400, "invalid", message, location=location)


def not_found(message: str = "Not Found") -> Refusal:
    return Refusal(404, "notFound", message)
