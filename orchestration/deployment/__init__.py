"""A deployment's folder as people write it: made from templates, its closedloop.yml read, every mistake told.

What it says is `settings`, which every command reads; the seeds beside it are judged by `agreement`.
"""
