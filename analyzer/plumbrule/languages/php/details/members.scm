(member_access_expression object: (variable_name) @object name: (name) @member
  (#eq? @object "$this"))
(member_call_expression object: (variable_name) @object name: (name) @member
  (#eq? @object "$this"))
(member_call_expression
  object: (member_access_expression object: (variable_name) @object name: (name) @asked)
  (#eq? @object "$this"))
