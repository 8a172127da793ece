"""The reference implementation that findings are shown beside: it imports, maps, and creates its tables.

`models` (users, tasks and what belongs to both), `better_auth` (the same where another service keeps the users),
`db` (engines and sessions), `settings` (where the database is).
"""
