// The module's types come with the next commits.
