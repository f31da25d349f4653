(call function: [(identifier) (attribute)] @type
  (#match? @type "^([a-z_][A-Za-z0-9_]*[.])*[A-Z][A-Za-z0-9_]*$")) @construction
