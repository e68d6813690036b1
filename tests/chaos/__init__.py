"""Crashes, outages and abuse by a seed, against real processes; then a look whether all is as promised."""
