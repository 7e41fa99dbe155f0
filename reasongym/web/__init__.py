"""What our servers share, whatever they serve: listening, admission, tokens, bodies and refusals."""
