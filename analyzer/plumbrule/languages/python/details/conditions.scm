[(if_statement condition: (_) @condition) (elif_clause condition: (_) @condition)]
(while_statement condition: (_) @condition)
(conditional_expression . (_) . (_) @condition)
