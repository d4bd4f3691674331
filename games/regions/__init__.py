"""Regions: boxes with exact ends, balls in a metric, all of R^n."""
