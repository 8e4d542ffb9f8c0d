"""A simulated Placetel: posts signed notifications of calls."""
