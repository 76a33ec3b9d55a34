"""rnn-intent: what a sentence wants, read word by word."""
