"""Vendors as small strict servers on loopback, used by the demo and by the tests of the adapters."""
