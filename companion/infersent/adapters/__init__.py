"""Bridges to libraries that others know: one file each, imported only by those who have the library."""
