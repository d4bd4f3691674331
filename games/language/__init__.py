"""The language of costs: tokens, parser, graph, numbers, derivatives, evaluation."""
