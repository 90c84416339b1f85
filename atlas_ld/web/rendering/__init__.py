"""From RDF terms to HTML.

display        labels, links and values as a person reads them
templating     what templates may call
urls           addresses on this site
assets         the browser libraries that ship with the site
static_files   /static/
"""
