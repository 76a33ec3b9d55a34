"""Its presence puts this folder on the import path, so that tests in any room share `random_models`."""
