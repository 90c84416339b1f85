"""Keys of partnerships that last: who had which, and what became of it (docs/decisions/0040).

description   what a partnership is recognised by
register      keys.csv, read and written
recognition   which records are those of the register
assignment    a key for every partnership
"""

from atlas_ld.keys.assignment import Assignment, Unnamed, assign
from atlas_ld.keys.description import Description, describe
from atlas_ld.keys.register import Entry, Register, read_register, removed_keys, write_register

__all__ = [
    "Assignment", "Description", "Entry", "Register", "Unnamed", "assign", "describe", "read_register",
    "removed_keys", "write_register",
]  # fmt: skip
