"""The shared vocabulary: what every reader says and every rule reads.

Facts refer to each other by key, so that none is part of a circle: the collector of garbage need not look at them
(`gc=False`), of which a large database has half a million.
"""
