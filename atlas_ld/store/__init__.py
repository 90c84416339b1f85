"""The store of a release, read-only: our own bounded reads (`reader`), and other people's SPARQL, which runs in
processes that can be stopped (`pool`, `worker`) after a check of its words (`guard`)."""
