"""Controlled experiments: grids of trials, their records, and honest comparison."""
