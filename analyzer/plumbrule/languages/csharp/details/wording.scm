; Bodies of functions, and what in them is text.
(method_declaration body: (_) @body) @function
(constructor_declaration body: (_) @body) @function
(destructor_declaration body: (_) @body) @function
(operator_declaration body: (_) @body) @function
(conversion_operator_declaration body: (_) @body) @function
(local_function_statement body: (_) @body) @function
[
  (string_literal) (verbatim_string_literal) (raw_string_literal) (interpolated_string_expression) (character_literal)
] @string
(comment) @comment
