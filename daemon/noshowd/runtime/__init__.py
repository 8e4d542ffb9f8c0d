"""The only place that knows everybody: catalogue, wiring, loops, health."""
