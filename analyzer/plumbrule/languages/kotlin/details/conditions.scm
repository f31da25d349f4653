(if_expression condition: (_) @condition)
