"""Every kept release as it was, and the way to the one of a date (Memento, RFC 7089).

sites    the site of a kept release, opened when it is asked for
views    /releases/{id}/..., /timegate/..., /timemap/...
"""
