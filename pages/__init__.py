"""What the page of a case says, apart from where it is shown: the Temporal UI and the terminal render it."""
