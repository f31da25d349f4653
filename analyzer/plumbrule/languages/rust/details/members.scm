(field_expression value: (self) field: (field_identifier) @member)
(call_expression
  function: (field_expression value: (field_expression value: (self) field: (field_identifier) @asked)))
