"""What the engine needs from the outside world, in words of the domain. Protocols and values only."""
