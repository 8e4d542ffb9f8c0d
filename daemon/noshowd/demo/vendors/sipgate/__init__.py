"""A simulated sipgate: strict where the facts say how the real one is, and honest about being a simulation."""
