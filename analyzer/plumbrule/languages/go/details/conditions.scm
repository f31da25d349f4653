(if_statement condition: (_) @condition)
