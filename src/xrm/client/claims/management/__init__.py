"""A service's description, read once and used often (IServiceManagement), in both worlds."""
