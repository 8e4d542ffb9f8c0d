"""From a follow-up to the parcel that a channel carries."""
