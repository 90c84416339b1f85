"""The query service: SPARQL of other people, in processes that can be stopped, over the read-only store of a release.

client          asking the service, from a thread or an event loop; launch starts it
service         the process: whom it admits, what it sends
pool            queries in, answers out
guard           the words of a query before it runs: SERVICE and updates are refused; tokens finds the words
scheduler       whose query runs next
workers         the worker pool; worker_process is one worker seen from the service, worker the process itself
sandbox         what a worker may not do
mistakes        what is wrong with a query that cannot be read
sentences       what is said of a query without an answer, in both languages
frames          what processes say to each other; streams has them in an event loop
execution       one query on one worker
request         what is asked; question, the part of it that an answer depends on; failures, errors on their way
result          an answer while it is made and after; result_writer sends it, result_cache keeps it
cancellation    nobody wants the answer any more
columns         the second engine, for questions that read much; column_file is the file that workers share
"""
