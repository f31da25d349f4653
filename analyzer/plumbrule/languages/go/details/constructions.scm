(call_expression function: [(identifier) (selector_expression)] @type
  (#match? @type "^([a-z][A-Za-z0-9_]*[.])?New[A-Z0-9]?[A-Za-z0-9_]*$")) @construction
