"""Documents of certificates and refusals, read strictly into exact numbers."""
