[(if_statement condition: (_) @condition) (guard_statement condition: (_) @condition)]
(ternary_expression condition: (_) @condition)
