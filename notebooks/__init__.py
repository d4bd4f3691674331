"""Case studies as Jupyter notebooks; `make notebooks` runs them all and stores what they show."""
