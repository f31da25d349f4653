(identifier) @bare
(invocation_expression
  function: (member_access_expression
    expression: [(identifier) @asked (member_access_expression !expression name: (identifier) @asked)]))
