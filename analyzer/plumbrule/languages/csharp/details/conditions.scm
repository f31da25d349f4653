[(if_statement condition: (_) @condition) (while_statement condition: (_) @condition)]
(conditional_expression condition: (_) @condition)
