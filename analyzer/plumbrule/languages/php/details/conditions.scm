[(if_statement condition: (_) @condition) (else_if_clause condition: (_) @condition)]
(conditional_expression condition: (_) @condition)
