(identifier) @bare
(call_expression function: (field_expression value: (identifier) @asked))
