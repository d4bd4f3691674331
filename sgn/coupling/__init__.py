"""The coupling of a game: who blocks, how much, and what would mend it."""
