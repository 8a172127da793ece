"""The shared vocabulary: what every reader says and every rule reads."""
