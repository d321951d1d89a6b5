"""The simulated AWS: moto's server, and what moto lacks."""
