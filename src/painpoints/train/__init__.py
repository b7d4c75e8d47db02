"""The loop: sample rows worth labelling, train a classifier on labels, evaluate it, promote what is better."""
