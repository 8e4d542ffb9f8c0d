"""What leaves the house: looked at again, sent once, taken back."""
