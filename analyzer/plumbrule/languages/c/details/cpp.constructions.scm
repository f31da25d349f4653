(new_expression type: (_) @type) @construction
(call_expression
  function: (qualified_identifier
    name: (template_function name: (identifier) @makes arguments: (template_argument_list . (type_descriptor) @type)))
  (#any-of? @makes "make_unique" "make_shared")) @construction
