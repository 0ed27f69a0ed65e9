"""How far labelers agree, and how many labels are wrong: arrays in, numbers out, and no Django."""
