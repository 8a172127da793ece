"""What is asked of a database: a constant number of queries, each beside the row that it gives.

Each looks at the catalogue directly (PostgreSQL's documentation, chapter "System Catalogs"), since the views of
`information_schema` hide what the role does not own and cost several times as much. All run in one transaction that
sees one moment, so that object numbers fit from one to the next.
"""
