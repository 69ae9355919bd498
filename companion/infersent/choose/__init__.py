"""Which pair features for vectors and labels of your own: honest cross-validation of every candidate, one advice."""
