"""Telling people far away, through whatever services the environment and closedloop.yml name, each thing once.

Nothing here can fail a night; what failed, broke or is late is found elsewhere or read from what was published.
"""
