"""Admitted rows to marts: the warehouse's landing schema, the dbt project of a run, dbt itself.

Free of Dagster. What a model means is dbt's business; what is published is `publish`'s.
"""
