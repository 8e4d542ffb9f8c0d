"""A telephone system that writes call records, as Asterisk does by default."""
