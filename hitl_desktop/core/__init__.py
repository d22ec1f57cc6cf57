"""What a review is: values and rules, without input or output."""
