"""Reference data (data/reference) and matching: which body, territory and country a name stands for."""
