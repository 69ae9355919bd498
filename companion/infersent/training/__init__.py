"""Recipes, the training loop, the run on disk, and how good a model is."""
