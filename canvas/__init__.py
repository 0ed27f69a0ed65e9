"""The plan: projects, members and roles, ten blocks, KPIs.

The room holds what a team promises and who may do what about it. `canvas.access` is the one door through which every
other room obtains a project. What models learn from, the models themselves and the evidence about them are left to
`data`, `registry` and `evaluation`.
"""
