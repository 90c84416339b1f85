"""Pages around the entities.

home            home, about, releases
about           the model class by class, licences, accessibility, privacy, what changed between releases
model           /ontology, /shapes, /context.jsonld; model_diagram draws a class
quality         /quality and /quality/remarks: figures that lead to what they count
review          /review: names to check
downloads       /download/
packages        what the tables hold: CSV on the Web, Frictionless Data Package
api             /api: OpenAPI, from the routes and api.toml
problems        /problems/: what the types of problems mean
health          /health
crawlers        robots.txt, sitemap.xml, opensearch.xml, llms.txt, favicon.ico
documentation   /docs: docs/ as pages of the site
feeds           releases.atom, and what changed in a territory or theme
near_misses     addresses that are nearly right
"""
