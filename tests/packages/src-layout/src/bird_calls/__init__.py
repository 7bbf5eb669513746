"""What birds say."""
