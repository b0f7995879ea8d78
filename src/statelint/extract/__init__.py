"""Bytes of one source → facts: one module or package a format, found by its name; none imports another."""
