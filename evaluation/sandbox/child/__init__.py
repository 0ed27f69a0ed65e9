"""What runs inside the sandbox. It imports nothing from the rest of the product, which is out of its sight."""
