"""SQL in, domain objects out. The only folder that speaks SQLAlchemy."""
