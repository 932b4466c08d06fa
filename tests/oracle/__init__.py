"""An oracle: the definitions computed a second time, row by row in plain Python, and compared with the warehouse.

Nothing here may be derived from the models' SQL, and nothing of the pipeline may import it.
"""
