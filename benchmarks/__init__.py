"""What a night costs, beside a hand-written floor on the same rows: one measured process a step.

Nothing here is part of the pipeline; it runs the pipeline's own steps as they are.
"""
