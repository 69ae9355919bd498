"""What only the package's maintainers run: writing the files that ship with it."""
