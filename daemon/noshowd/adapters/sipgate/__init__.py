"""sipgate: the call history as the base, and the webhook (sipgate.io) for what happens right now."""
