"""Dagster wiring only, in the order data flows: landing, transform, quality, publish, automation.

The work itself is done by modules free of Dagster; here it becomes assets, checks, jobs and schedules.
Annotations stay real objects in these modules (no postponed evaluation): Dagster reads them.
"""
