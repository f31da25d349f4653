(simple_identifier) @bare
(call_expression . (navigation_expression target: (simple_identifier) @asked))
(call_expression
  . (navigation_expression
    target: (navigation_expression target: (self_expression) suffix: (navigation_suffix (simple_identifier) @asked))))
