"""The command line, one module for each thing that a person does with it (contract, section 9)."""
