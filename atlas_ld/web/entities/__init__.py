"""Things and the documents about them.

documents     /id and /doc
moved         keys that were merged into another, or withdrawn
citation      /cite/
signposting   typed links between things, documents and files
linksets      /linkset: those links as a document
schema_org    what search engines read inside a page
views         the HTML page of each kind of entity
"""
