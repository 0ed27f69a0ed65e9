"""Where we stand: velocity, validation, versioning, MLOps level, and promises against reality.

Every score here is computed from the records of the rooms below, for one project and for the portfolio, and names the
records that lower it. What no record can show is attested by a person, with a reason and an end. How a score is printed
in a document is left to docsgen; the records themselves belong to the rooms that hold them.
"""
