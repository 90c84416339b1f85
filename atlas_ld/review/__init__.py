"""What is doubtful or unmatched, for a steward to decide: found at build, written as a sheet, taken back as decisions
(`reference.curation`).

uses         where the names of a record stand that nobody knows for certain
candidates   what a name may be: places, and other bodies known by name only
queue        the doubtful names, those with most effect first
sheet        the queue as CSV and XLSX, and the filled sheet read back
applying     the lines of a filled sheet as lines of decisions.csv
"""
