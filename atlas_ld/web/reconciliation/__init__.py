"""/reconcile: the Reconciliation Service API 0.2 (https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/),
by which OpenRefine and others match names with entities.

names       the names of every entity that can be matched, read once for a release
candidates  from a name to candidates with scores
queries     what clients send, read within bounds
views       the addresses: manifest, queries, extension, suggestions, preview
"""
