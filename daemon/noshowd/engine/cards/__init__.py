"""What our side is shown: a card for each meeting, lists of the day, the digest."""
