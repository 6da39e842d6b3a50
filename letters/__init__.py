"""The ministry's letters and papers in a case: words by language, layouts, and what turns facts into both."""
