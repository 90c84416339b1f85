"""Lists of partnerships, territories, organisations, themes and funding.

selection   which rows an address asks for, and what narrows them
rows        rows and pages of a list
pages       the pages of the lists
exports     a selection as CSV, XLSX, JSON, GeoJSON
iati        a selection of partnerships as IATI activities
charts      /charts/: funding by year
maps        /map, and small maps on other pages; land has the outlines
search      /search, /search/suggest
"""
