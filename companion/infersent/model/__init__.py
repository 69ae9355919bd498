"""One encoder for both sentences, the pair features, a classifier head; and a trained model on disk, without code."""
