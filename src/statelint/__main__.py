"""`python -m statelint` is the command `statelint`."""

from statelint.cli import main

main()
