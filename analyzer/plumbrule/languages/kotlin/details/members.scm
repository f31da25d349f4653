(identifier) @bare
(call_expression . (navigation_expression . (identifier) @asked))
(call_expression . (navigation_expression . (navigation_expression . (this_expression) (identifier) @asked)))
