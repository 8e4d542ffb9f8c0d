"""A simulated mail house on loopback: SMTP in, IMAP out, and people who answer."""
