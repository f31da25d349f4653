(identifier) @bare
(method_invocation
  object: [(identifier) @asked (field_access object: (this) field: (identifier) @asked)])
