"""The centre's own pages: sign in, prove it is you, see and end one's sign-ons."""
