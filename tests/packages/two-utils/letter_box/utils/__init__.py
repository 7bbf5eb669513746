"""What all letters share."""
