"""What runs in the project's own interpreter while its history is replayed.

The files of this folder stand alone: standard library, and the project's alembic, SQLAlchemy and driver; Python 3.8 or
newer, SQLAlchemy 1.4 to 2.1. `main.py` is the script; it makes the others a package of its own.
"""
