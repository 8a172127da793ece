"""The reference implementation: findings are shown beside it. It runs.

* `models`: users, their tasks, and what belongs to both.
* `better_auth`: tasks where another service keeps the users.
* `db`: engines and sessions.
* `settings`: where the database is.
"""
