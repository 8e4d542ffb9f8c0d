"""A simulated Exchange Server on loopback: the part of EWS that noshowd uses. Never compared with a real server."""

from noshowd.demo.vendors.exchange.simulation import ExchangeSimulation

__all__ = ["ExchangeSimulation"]
