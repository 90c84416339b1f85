"""`atlas-ld mcp`: the data for assistants, by the Model Context Protocol (https://modelcontextprotocol.io/).

answers   what the tools answer, typed
tools     the tools, as functions of a publication
server    the server, over standard input and output or HTTP; the only door to the library `mcp`
"""
