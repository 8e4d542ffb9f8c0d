"""CalDAV (RFC 4791): call-back tasks as VTODO in a list on any such server."""
