"""The work that takes time: job rows, leases, the worker's loop.

A job's row is the truth and the broker only a doorbell: nothing is lost and nothing takes effect twice, whatever
happens to workers. The room does not know what any job does. Rooms to its left offer a handler for each kind of job
when they start; evaluations and documents are jobs, profiles and imports can be.
"""
