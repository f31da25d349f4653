(call_expression . (simple_identifier) @type
  (#match? @type "^([a-z_][A-Za-z0-9_]*[.])*[A-Z][A-Za-z0-9_]*$")) @construction
