"""Texts of the site.

i18n         the two languages and the messages of messages.toml
typography   French typography on screen
formatting   numbers, amounts and dates as the reader's language writes them
"""
