"""Words from outside, in any markup, made blocks of a closed set."""
