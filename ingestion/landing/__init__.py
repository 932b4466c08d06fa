"""The landing: values as received, as append-only Parquet named in a manifest.

Where files lie, how they are written and what is known of them belong here; judging rows does not.
"""
