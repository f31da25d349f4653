(call_expression function: (scoped_identifier path: (_) @type name: (identifier) @makes)
  (#match? @makes "^(new|with_[a-z0-9_]+)$")
  (#match? @type "^[A-Z]")) @construction
