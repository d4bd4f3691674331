"""Games of policies over boxes of logits, for the search: affine numbers, value vectors, stars."""
