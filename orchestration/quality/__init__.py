"""The two borders of the warehouse: what is admitted from the landing, and what may be published.

Rules are judged by one Great Expectations runner; what lies between the borders is dbt's to test.
"""
