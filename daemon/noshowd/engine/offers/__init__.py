"""New times: found, offered, chosen and entered."""
