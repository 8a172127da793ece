"""An abstract interpreter for the declarative part of Python. It never imports or runs what it reads.

It knows nothing of SQLAlchemy: things of installed libraries are `Symbol`s, and calling one gives a `Call` that keeps
its arguments, for a reader to make sense of.
"""
