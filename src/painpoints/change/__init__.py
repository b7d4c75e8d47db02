"""What changed over the weeks, and what that means: trends, initiatives, drivers, the journey over time, money, backlog."""
