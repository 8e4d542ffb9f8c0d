"""The configuration: TOML in, checked models and values of the domain out."""
