"""Files of games: TOML, arrays, strategic games; read without trust, written whole."""
