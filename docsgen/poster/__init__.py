"""The poster: a plan's ten blocks on one A3 page, for the wall."""
