"""What leaves the house: the one client for addresses that people give, and the sealing of what is secret there.

An address that somebody typed may point at anything, also at machines that only this one can reach. Every request to
such an address is made here, and to nowhere but public addresses and those that the operator allows. What is asked and
why is left to the rooms above.
"""
