"""The same for games of policies."""
