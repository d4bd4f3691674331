"""From a game to a document: what every search passes through, in order."""
