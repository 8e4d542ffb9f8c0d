"""A simulated Twilio: calls with their legs, the list of them, and signed callbacks."""
