[(if_statement condition: (_) @condition) (while_statement condition: (_) @condition)]
(ternary_expression condition: (_) @condition)
