"""The files a new deployment begins with.

Only their texts belong here; `scaffolding` writes them.
"""
