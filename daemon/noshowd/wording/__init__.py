"""Words out: templates and languages."""
