"""Random model packages, on which static reading, SQLAlchemy and PostgreSQL have to agree."""
