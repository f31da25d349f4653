[(identifier) (field_identifier)] @bare
(call_expression
  function: (field_expression
    argument: [(identifier) @asked (field_expression argument: (this) field: (field_identifier) @asked)]))
