"""Say good morning."""
