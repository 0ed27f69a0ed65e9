"""Who people are: users, API tokens, sign-in.

The room knows site roles (administrator, auditor) and nothing about projects: what somebody may do inside a project is
`canvas`'s business. A token may be limited to one project; the room stores that project's id as a plain value.
"""
