"""Where the state of open streams is kept between events."""
