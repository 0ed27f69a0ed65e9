"""The entrance: settings, the URL map, the worker and its schedule.

The room holds what belongs to a deployment and to no other room: how the process is configured, which address leads
where, and the one command that runs web, worker and schedule together. It decides nothing about plans or models.
"""
