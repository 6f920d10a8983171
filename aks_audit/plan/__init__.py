"""What if: would an operation fit, what would Azure answer, and what is the smallest change that makes it fit."""
