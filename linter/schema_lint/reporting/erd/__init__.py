"""Entity-relationship diagrams from facts: what is drawn, and one file per format."""
