"""Attempts to break a certificate; nothing here is shared with the search or the checker."""
