"""Where a version comes from and where it went, as records that hang together and as a picture of them."""
