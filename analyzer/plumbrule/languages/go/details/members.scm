(method_declaration receiver: (parameter_list (parameter_declaration name: (identifier) @receiver)))
(selector_expression operand: (identifier) @object field: (field_identifier) @member)
(call_expression
  function: (selector_expression
    operand: (selector_expression operand: (identifier) @object field: (field_identifier) @asked)))
