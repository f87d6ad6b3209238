"""The network, simulated: elements that speak HTTP in the shape of TMF640 and keep their word."""
