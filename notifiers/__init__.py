"""Everything that is said in chat."""
