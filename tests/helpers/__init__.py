"""What several tests share: games, oracles, ways to run and to read."""
