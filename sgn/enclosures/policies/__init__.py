"""Games of policies over boxes of logits, for the search: affine numbers, values, stars."""
