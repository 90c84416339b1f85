"""What HTTP owes every client.

rules         conditions, codings, ranges, CORS, bounds: pure functions
responses     the rules applied to Flask's requests
problems      errors: problem details for programs, a page for people
compression   gzip, Brotli, Zstandard
access_log    every request's id, bounds and line in the log
"""
