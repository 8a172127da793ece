"""Settings, policies and databases: what the project asks for."""
