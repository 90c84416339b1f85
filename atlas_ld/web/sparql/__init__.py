"""The endpoint and what helps to ask it.

endpoint              /sparql
admission             clients of costly pages are counted with those of queries
protocol              what a client asks, by the SPARQL 1.1 Protocol
reply                 what a client gets
service_description   what the endpoint can do, in RDF
result_table          the rows of an answer, for a page; result_charts draws them
remarks               names in a query that the data do not have, and the nearest
named_queries         /queries/; named_queries_api tells OpenAPI of them
saved_queries         /queries/saved; saved_store keeps them
explore               /explore and what the editor completes
"""
