"""The local explorer: a page on this machine alone, with sliders, samples and proofs."""
