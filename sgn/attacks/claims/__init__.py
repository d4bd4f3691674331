"""One module a kind of claim: how near it comes to broken, and the disproof."""
