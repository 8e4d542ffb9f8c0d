"""Mail: SMTP out, and what people reply read back over IMAP."""
