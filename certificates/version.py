"""The version of all three packages; setup.cfg and CITATION.cff give the same."""

VERSION = "0.1.0"
