"""Work in processes of their own: the states that it goes through."""
