"""总账: posting, periods, and the proof that nothing is wrong."""
