"""What HTTP owes every client.

requests      a request in one form, and who the client is
rules         conditions, codings, ranges, CORS, bounds: pure functions
responses     the rules applied to Flask's requests
routes        each address declared once, with all that others have to know of it
negotiation   addresses that are negotiated, and their twins with an extension
problems      errors: problem details for programs, a page for people
compression   gzip, Brotli, Zstandard
access_log    every request's id, bounds and line in the log
"""
