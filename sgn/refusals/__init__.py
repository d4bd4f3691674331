"""Why there is no certificate: reasons, witnesses, domains."""
