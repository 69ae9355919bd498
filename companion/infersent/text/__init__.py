"""From characters to word ids and word vectors."""
