"""Which settings, defaults and constructors of libraries keep something in one process or on its disk."""
