"""What goes with the ratings, and which groups of customers tell a theme more often."""
