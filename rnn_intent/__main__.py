"""`python -m rnn_intent` is `rnn-intent`."""

from rnn_intent.cli.main import main

if __name__ == "__main__":
    main()
