"""`python -m atlas_ld` is `atlas-ld`."""

from atlas_ld.cli import main

main(prog_name="atlas-ld")
