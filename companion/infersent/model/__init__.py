"""One encoder for both sentences, the pair features, a classifier head; and trained models as files without code."""
