"""A simulated Microsoft 365 on loopback: Entra sign-in and the part of Graph that noshowd uses.

Behaves as Microsoft's documents and field reports say, its known traps included.
It was never compared with a live tenant.
"""

from noshowd.demo.vendors.microsoft.simulation import MicrosoftSimulation

__all__ = ["MicrosoftSimulation"]
