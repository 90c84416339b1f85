"""Between the network and the site.

server           granian
gateway          RSGI on one side, WSGI on the other; wsgi_bridge translates
connection       how much a client has taken of an answer, and how to break it
throttle         clients that ask too much wait
response_cache   answers that are kept as bytes
render_pool      processes that render documents; render_worker is one
"""
