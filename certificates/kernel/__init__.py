"""The trusted base: whatever a verified certificate rests on, and nothing else."""
