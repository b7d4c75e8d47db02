"""What a complaint here is followed by later: customers compared with others alike."""
