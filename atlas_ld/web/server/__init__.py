"""Between the network and the site.

server           the process that starts all others; web_process is one that answers HTTP, with granian
gateway          RSGI on one side, WSGI on the other; wsgi_bridge takes WSGI's answers apart
connection       how much a client has taken of an answer, and how to break it
client_limit     what one client may take of a process at a time; throttle lets those wait who are refused over and over
response_cache   answers that are kept as bytes
"""
