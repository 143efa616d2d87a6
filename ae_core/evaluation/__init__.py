"""What a trained network is worth: measurements on test images, and the tables they fill."""
